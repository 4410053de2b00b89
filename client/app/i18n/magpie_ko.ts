<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko">
    <context>
        <name>AboutYouScreen</name>
        <message>
            <source>Strong. Write the six words on paper, with the spaces, and keep the paper away from this computer.</source>
            <translation>강함. 여섯 단어를 띄어쓰기까지 그대로 종이에 적어 이 컴퓨터와 떨어진 곳에 보관하세요.</translation>
        </message>
        <message>
            <source>Suggest six words</source>
            <translation>단어 여섯 개 추천</translation>
        </message>
        <message>
            <source>Write a name.</source>
            <translation>이름을 적으세요.</translation>
        </message>
        <message>
            <source>The passphrase needs 10 characters or more.</source>
            <translation>암호 문구는 10자 이상이어야 합니다.</translation>
        </message>
        <message>
            <source>The two passphrases are not the same.</source>
            <translation>두 암호 문구가 서로 다릅니다.</translation>
        </message>
        <message>
            <source>That isn't a complete relay address. Copy the whole line again.</source>
            <translation>릴레이 주소가 온전하지 않습니다. 한 줄 전체를 다시 복사하세요.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>뒤로</translation>
        </message>
        <message>
            <source>%1 invites you to write privately.</source>
            <translation>%1 님이 비공개 대화에 초대했습니다.</translation>
        </message>
        <message>
            <source>Who are you?</source>
            <translation>사용할 이름을 정하세요</translation>
        </message>
        <message>
            <source>Continue only if you expected this.</source>
            <translation>기다리던 초대일 때만 계속하세요.</translation>
        </message>
        <message>
            <source>Name to show %1</source>
            <translation>%1 님에게 보일 이름</translation>
        </message>
        <message>
            <source>Name to show others</source>
            <translation>상대방에게 보일 이름</translation>
        </message>
        <message>
            <source>A nickname is fine.</source>
            <translation>별명도 괜찮습니다.</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>암호 문구</translation>
        </message>
        <message>
            <source>10 characters or more. Several words are easy to remember.</source>
            <translation>10자 이상. 단어 여러 개를 이으면 기억하기 쉽습니다.</translation>
        </message>
        <message>
            <source>Too short</source>
            <translation>너무 짧음</translation>
        </message>
        <message>
            <source>Weak</source>
            <translation>약함</translation>
        </message>
        <message>
            <source>Fair</source>
            <translation>보통</translation>
        </message>
        <message>
            <source>Strong</source>
            <translation>강함</translation>
        </message>
        <message>
            <source>Type it again</source>
            <translation>한 번 더 입력</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>표시</translation>
        </message>
        <message>
            <source>Only you know it. Nobody can reset it.</source>
            <translation>본인만 아는 문구입니다. 아무도 재설정할 수 없습니다.</translation>
        </message>
        <message>
            <source>Relay address</source>
            <translation>릴레이 주소</translation>
        </message>
        <message>
            <source>Your relay administrator gives it to you. Without one you can read introductions, but not make any.</source>
            <translation>릴레이 관리자가 알려 줍니다. 주소가 없으면 소개를 받을 수는 있지만 만들 수는 없습니다.</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>잠시만 기다리세요…</translation>
        </message>
        <message>
            <source>Start writing</source>
            <translation>대화 시작</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>시작</translation>
        </message>
    </context>
    <context>
        <name>Composer</name>
        <message>
            <source>Write to %1</source>
            <translation>%1 님에게 쓰기</translation>
        </message>
        <message>
            <source>Enter sends. Shift+Enter starts a new line.</source>
            <translation>Enter 키로 보내고, Shift+Enter로 줄을 바꿉니다.</translation>
        </message>
        <message>
            <source>Send to %1</source>
            <translation>%1 님에게 보내기</translation>
        </message>
    </context>
    <context>
        <name>ConversationBanners</name>
        <message>
            <source>This room has ended. What arrived stays here. To write again, ask for a new introduction, or make one.</source>
            <translation>이 대화방은 종료되었습니다. 도착한 메시지는 여기에 남아 있습니다. 다시 대화하려면 새 소개를 요청하거나 직접 만드세요.</translation>
        </message>
        <message>
            <source>You aren't in this conversation yet: the relay hasn't confirmed it. Nothing is lost, and Magpie keeps trying. If it stays like this, ask %1 for a new introduction.</source>
            <translation>아직 이 대화에 들어가지 못했습니다. 릴레이가 아직 확인해 주지 않았습니다. 잃은 것은 없으며 Magpie가 계속 시도합니다. 계속 이 상태라면 %1 님에게 새 소개를 요청하세요.</translation>
        </message>
        <message>
            <source>Your introduction for %1 was used. They call themselves “%2”. Not %1? Don't write here, and call %1.</source>
            <translation>%1 님을 위한 소개가 사용되었습니다. 상대방은 자신을 ‘%2’(이)라고 합니다. %1 님이 아니라면 여기에 쓰지 말고 %1 님에게 전화하세요.</translation>
        </message>
        <message>
            <source>It is %1</source>
            <translation>%1 님이 맞습니다</translation>
        </message>
        <message>
            <source>Messages from %1 haven't arrived. The others are in order. Ask %1 to send them again.</source>
            <translation>%1 님의 메시지 일부가 도착하지 않았습니다. 나머지는 이상이 없습니다. %1 님에게 다시 보내 달라고 하세요.</translation>
        </message>
        <message>
            <source>%1 and you see different histories. Your copy is unchanged. Don't send anything sensitive here; call %1.</source>
            <translation>%1 님과 서로 다른 기록을 보고 있습니다. 이 컴퓨터의 기록은 그대로입니다. 민감한 내용은 여기에 보내지 말고 %1 님에게 전화하세요.</translation>
        </message>
        <message>
            <source>%1's Magpie has changed. %1 may have a new computer, or someone else may be using the name. Earlier messages are safe. Sending is paused: call %1, then compare numbers or make a new introduction.</source>
            <translation>%1 님의 Magpie가 변경되었습니다. %1 님이 새 컴퓨터를 쓰고 있거나, 다른 사람이 이름을 쓰고 있을 수 있습니다. 이전 메시지는 안전합니다. 보내기를 멈췄습니다. %1 님에게 전화한 뒤 번호를 대조하거나 새 소개를 만드세요.</translation>
        </message>
        <message>
            <source>No connection since %1. Your messages are safe here and will go when it returns.</source>
            <translation>%1부터 연결이 끊겨 있습니다. 메시지는 여기에 안전하게 있으며, 연결되면 보냅니다.</translation>
        </message>
        <message>
            <source>Not sent: the relay refused a message. Its text is kept here. Send it again, or tell your relay administrator.</source>
            <translation>전송 안 됨: 릴레이가 메시지 하나를 거부했습니다. 쓴 글은 여기에 남아 있습니다. 다시 보내거나 릴레이 관리자에게 알리세요.</translation>
        </message>
    </context>
    <context>
        <name>ConversationHeader</name>
        <message>
            <source>Back</source>
            <translation>뒤로</translation>
        </message>
        <message numerus="yes">
            <source>%n people</source>
            <translation>
                <numerusform>%n명</numerusform>
            </translation>
        </message>
        <message>
            <source>Details</source>
            <translation>상세 정보</translation>
        </message>
    </context>
    <context>
        <name>ConversationPane</name>
        <message>
            <source>Make an introduction and send it to one person. Once they open it, you can write to each other here.</source>
            <translation>소개를 만들어 한 사람에게 보내세요. 상대방이 열면 여기에서 대화할 수 있습니다.</translation>
        </message>
        <message>
            <source>Choose a conversation from the list.</source>
            <translation>목록에서 대화를 선택하세요.</translation>
        </message>
    </context>
    <context>
        <name>DetailsPane</name>
        <message>
            <source>Details</source>
            <translation>상세 정보</translation>
        </message>
    </context>
    <context>
        <name>ErrorText</name>
        <message>
            <source>That didn't work. Nothing was lost. Try again, or tell your relay administrator.</source>
            <translation>작업을 마치지 못했습니다. 잃은 것은 없습니다. 다시 시도하거나 릴레이 관리자에게 알리세요.</translation>
        </message>
        <message>
            <source>That isn't a complete introduction. Nothing was sent. Copy the whole link again, or open the picture.</source>
            <translation>소개가 온전하지 않습니다. 아무것도 보내지 않았습니다. 링크 전체를 다시 복사하거나 이미지를 여세요.</translation>
        </message>
        <message>
            <source>This introduction has ended. Nothing was sent. Ask for a new one.</source>
            <translation>이 소개는 기간이 끝났습니다. 아무것도 보내지 않았습니다. 새 소개를 요청하세요.</translation>
        </message>
        <message>
            <source>This introduction was already used. Nothing was sent. If it wasn't you, call the person who gave it to you now.</source>
            <translation>이 소개는 이미 사용되었습니다. 아무것도 보내지 않았습니다. 본인이 사용하지 않았다면 소개를 준 사람에게 지금 전화하세요.</translation>
        </message>
        <message>
            <source>This introduction wasn't made by the person it names. Nothing was sent. Call the person who gave it to you.</source>
            <translation>이 소개는 적힌 사람이 만든 것이 아닙니다. 아무것도 보내지 않았습니다. 소개를 준 사람에게 전화하세요.</translation>
        </message>
        <message>
            <source>The introduction didn't open with this PIN. Nothing was sent. Ask the person who gave it to you for the PIN.</source>
            <translation>이 PIN으로는 소개가 열리지 않습니다. 아무것도 보내지 않았습니다. 소개를 준 사람에게 PIN을 물어보세요.</translation>
        </message>
        <message>
            <source>This was made by a newer Magpie. Nothing was changed here. Install the newest Magpie, then try again.</source>
            <translation>더 새로운 Magpie에서 만든 것입니다. 여기에서 바뀐 것은 없습니다. 최신 Magpie를 설치한 뒤 다시 시도하세요.</translation>
        </message>
        <message>
            <source>This conversation is here already. Nothing was sent. Open it from the list.</source>
            <translation>이 대화는 이미 있습니다. 아무것도 보내지 않았습니다. 목록에서 여세요.</translation>
        </message>
        <message>
            <source>The relay can't be reached. Nothing was lost. Check the network, then try again.</source>
            <translation>릴레이에 연결할 수 없습니다. 잃은 것은 없습니다. 네트워크를 확인한 뒤 다시 시도하세요.</translation>
        </message>
        <message>
            <source>The relay didn't answer in time. Nothing was lost. Try again in a moment.</source>
            <translation>릴레이가 제때 응답하지 않았습니다. 잃은 것은 없습니다. 잠시 후 다시 시도하세요.</translation>
        </message>
        <message>
            <source>Something else answered in the relay's place. Nothing was sent. Use another network, or call the person who gave you this address.</source>
            <translation>릴레이가 아닌 다른 곳에서 응답했습니다. 아무것도 보내지 않았습니다. 다른 네트워크를 쓰거나 이 주소를 준 사람에게 전화하세요.</translation>
        </message>
        <message>
            <source>Not sent: the relay is full. Your text is kept here. Try again, or tell your relay administrator.</source>
            <translation>전송 안 됨: 릴레이가 가득 찼습니다. 쓴 글은 여기에 남아 있습니다. 다시 시도하거나 릴레이 관리자에게 알리세요.</translation>
        </message>
        <message>
            <source>This relay doesn't open rooms for you. Nothing was changed. Ask its administrator for an invitation.</source>
            <translation>이 릴레이에서는 대화방을 만들 수 없습니다. 바뀐 것은 없습니다. 관리자에게 초대를 요청하세요.</translation>
        </message>
        <message>
            <source>Not sent: sending is paused in this room. Your text is kept here. Read the notice above it.</source>
            <translation>전송 안 됨: 이 대화방은 보내기가 멈춰 있습니다. 쓴 글은 여기에 남아 있습니다. 위의 안내를 읽으세요.</translation>
        </message>
        <message>
            <source>Not sent: this text is too long. It is kept here. Send it in parts.</source>
            <translation>전송 안 됨: 글이 너무 깁니다. 글은 여기에 남아 있습니다. 나누어 보내세요.</translation>
        </message>
        <message>
            <source>That passphrase didn't open Magpie. Nothing was deleted. Check Caps Lock and keyboard language.</source>
            <translation>이 암호 문구로는 Magpie가 열리지 않습니다. 삭제된 것은 없습니다. Caps Lock과 키보드 언어를 확인하세요.</translation>
        </message>
        <message>
            <source>What is stored here is damaged and doesn't open. Nothing was changed. Keep the folder as it is, and ask for a new introduction.</source>
            <translation>여기에 저장된 자료가 손상되어 열리지 않습니다. 바뀐 것은 없습니다. 폴더는 그대로 두고 새 소개를 요청하세요.</translation>
        </message>
        <message>
            <source>Magpie is open in another window already. Nothing was changed. Use that window, or close it first.</source>
            <translation>Magpie가 이미 다른 창에서 열려 있습니다. 바뀐 것은 없습니다. 그 창을 쓰거나 먼저 닫으세요.</translation>
        </message>
        <message>
            <source>The disk couldn't be read or written. What was saved before is safe. Check the disk, then unlock Magpie again.</source>
            <translation>디스크를 읽거나 쓸 수 없습니다. 이전에 저장된 내용은 안전합니다. 디스크를 확인한 뒤 Magpie를 다시 여세요.</translation>
        </message>
        <message>
            <source>The disk is full. What was saved before is safe. Free some space, then try again.</source>
            <translation>디스크가 가득 찼습니다. 이전에 저장된 내용은 안전합니다. 공간을 비운 뒤 다시 시도하세요.</translation>
        </message>
        <message>
            <source>This computer has too little free memory. Nothing was lost. Close other programs, then try again.</source>
            <translation>컴퓨터의 여유 메모리가 부족합니다. 잃은 것은 없습니다. 다른 프로그램을 닫고 다시 시도하세요.</translation>
        </message>
    </context>
    <context>
        <name>IntroductionModel</name>
        <message>
            <source>d MMM</source>
            <extracomment>A day of a month, as QLocale::toString writes it.</extracomment>
            <translation>M월 d일</translation>
        </message>
    </context>
    <context>
        <name>IntroductionResult</name>
        <message>
            <source>Works once. Whoever opens it first becomes “%1”. Send it only where %1 alone reads.</source>
            <translation>한 번만 사용할 수 있습니다. 처음 여는 사람이 ‘%1’ 님이 됩니다. %1 님 혼자 읽는 곳으로만 보내세요.</translation>
        </message>
        <message>
            <source>The introduction as a picture</source>
            <translation>소개 QR 이미지</translation>
        </message>
        <message>
            <source>Introduction link</source>
            <translation>소개 링크</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>복사됨</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>복사</translation>
        </message>
        <message>
            <source>Save picture</source>
            <translation>이미지 저장</translation>
        </message>
        <message>
            <source>Make another</source>
            <translation>하나 더 만들기</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>이미지</translation>
        </message>
    </context>
    <context>
        <name>IntroductionRow</name>
        <message>
            <source>%1 · ends %2</source>
            <translation>%1 · %2 종료</translation>
        </message>
        <message>
            <source>Somebody tried the used link. Only the first person got in.</source>
            <translation>누군가 이미 사용된 링크를 다시 열어 보았습니다. 처음 연 사람만 들어왔습니다.</translation>
        </message>
        <message>
            <source>Show link</source>
            <translation>링크 보기</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
    </context>
    <context>
        <name>IntroductionsPage</name>
        <message>
            <source>New introduction</source>
            <translation>새 소개</translation>
        </message>
        <message>
            <source>Introduction</source>
            <translation>소개</translation>
        </message>
        <message>
            <source>Introductions</source>
            <translation>소개 목록</translation>
        </message>
    </context>
    <context>
        <name>JoinPage</name>
        <message>
            <source>I have an introduction</source>
            <translation>받은 소개 열기</translation>
        </message>
        <message>
            <source>Paste the link here</source>
            <translation>여기에 링크를 붙여 넣으세요</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>The person who sent you the link tells you the PIN by telephone.</source>
            <translation>링크를 보낸 사람이 전화로 PIN을 알려 줍니다.</translation>
        </message>
        <message>
            <source>%1 invites you to write privately.</source>
            <translation>%1 님이 비공개 대화에 초대했습니다.</translation>
        </message>
        <message>
            <source>Continue only if you expected this.</source>
            <translation>기다리던 초대일 때만 계속하세요.</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>잠시만 기다리세요…</translation>
        </message>
        <message>
            <source>Start writing</source>
            <translation>대화 시작</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>계속</translation>
        </message>
    </context>
    <context>
        <name>KeysPage</name>
        <message>
            <source>Keys</source>
            <translation>단축키</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>보내기</translation>
        </message>
        <message>
            <source>New line</source>
            <translation>줄 바꿈</translation>
        </message>
        <message>
            <source>Switch room</source>
            <translation>대화방 바꾸기</translation>
        </message>
        <message>
            <source>Room before, room after</source>
            <translation>이전 대화방, 다음 대화방</translation>
        </message>
        <message>
            <source>Next pane, pane before</source>
            <translation>다음 영역, 이전 영역</translation>
        </message>
        <message>
            <source>New introduction</source>
            <translation>새 소개</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>잠그기</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>설정</translation>
        </message>
        <message>
            <source>This list</source>
            <translation>이 목록</translation>
        </message>
        <message>
            <source>Close what is on top</source>
            <translation>맨 위의 것 닫기</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>끝내기</translation>
        </message>
    </context>
    <context>
        <name>LanguageChoice</name>
        <message>
            <source>Language</source>
            <translation>언어</translation>
        </message>
    </context>
    <context>
        <name>LockScreen</name>
        <message>
            <source>Magpie is locked</source>
            <translation>Magpie가 잠겨 있습니다</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>암호 문구</translation>
        </message>
        <message>
            <source>Unlocking…</source>
            <translation>잠금 해제 중…</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>잠금 해제</translation>
        </message>
        <message>
            <source>Go back</source>
            <translation>돌아가기</translation>
        </message>
        <message>
            <source>Forgot it?</source>
            <translation>잊으셨나요?</translation>
        </message>
        <message>
            <source>Nobody can open these messages without it. They stay locked here. Go back and try again, or ask for a new introduction on another computer.</source>
            <translation>암호 문구 없이는 아무도 이 메시지를 열 수 없습니다. 메시지는 잠긴 채 여기에 남습니다. 돌아가서 다시 시도하거나, 다른 컴퓨터에서 쓸 새 소개를 요청하세요.</translation>
        </message>
    </context>
    <context>
        <name>MemberRow</name>
        <message>
            <source>Compare safety numbers</source>
            <translation>안전 번호 대조</translation>
        </message>
    </context>
    <context>
        <name>MessageList</name>
        <message>
            <source>Messages</source>
            <translation>메시지</translation>
        </message>
        <message>
            <source>No messages yet. Only the people listed above can read this room.</source>
            <translation>아직 메시지가 없습니다. 위에 표시된 사람만 이 대화방을 읽을 수 있습니다.</translation>
        </message>
    </context>
    <context>
        <name>MessageRow</name>
        <message numerus="yes">
            <source>%n message(s) from %1 haven't arrived. The others are in order. Ask %1 to send them again.</source>
            <translation>
                <numerusform>%1 님의 메시지 %n개가 도착하지 않았습니다. 나머지는 이상이 없습니다. %1 님에게 다시 보내 달라고 하세요.</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 didn't receive some messages here. Send again what matters.</source>
            <translation>%1 님이 이 대화의 일부 메시지를 받지 못했습니다. 중요한 내용은 다시 보내세요.</translation>
        </message>
        <message>
            <source>This message needs a newer Magpie. It is kept here.</source>
            <translation>이 메시지를 보려면 더 새로운 Magpie가 필요합니다. 메시지는 여기에 보관됩니다.</translation>
        </message>
        <message>
            <source>You</source>
            <translation>나</translation>
        </message>
    </context>
    <context>
        <name>NewIntroduction</name>
        <message>
            <source>An introduction needs a relay. Your relay administrator gives you its address.</source>
            <translation>소개를 만들려면 릴레이가 필요합니다. 주소는 릴레이 관리자가 알려 줍니다.</translation>
        </message>
        <message>
            <source>Relay address</source>
            <translation>릴레이 주소</translation>
        </message>
        <message>
            <source>Who is it for?</source>
            <translation>누구를 위한 소개인가요?</translation>
        </message>
        <message>
            <source>Only you see this name.</source>
            <translation>이 이름은 본인에게만 보입니다.</translation>
        </message>
        <message>
            <source>Greeting (optional)</source>
            <translation>인사말 (선택)</translation>
        </message>
        <message>
            <source>They read it before they answer.</source>
            <translation>상대방이 응답하기 전에 읽습니다.</translation>
        </message>
        <message>
            <source>Ends after</source>
            <translation>유효 기간</translation>
        </message>
        <message>
            <source>24 hours</source>
            <translation>24시간</translation>
        </message>
        <message>
            <source>3 days</source>
            <translation>3일</translation>
        </message>
        <message>
            <source>7 days</source>
            <translation>7일</translation>
        </message>
        <message>
            <source>PIN (optional)</source>
            <translation>PIN (선택)</translation>
        </message>
        <message>
            <source>Tell it by telephone. Without it, the link doesn't open.</source>
            <translation>전화로 알려 주세요. PIN이 없으면 링크가 열리지 않습니다.</translation>
        </message>
        <message>
            <source>Invitation code of the relay</source>
            <translation>릴레이 초대 코드</translation>
        </message>
        <message>
            <source>Your relay administrator gives it to you.</source>
            <translation>릴레이 관리자가 알려 줍니다.</translation>
        </message>
        <message>
            <source>Save the relay</source>
            <translation>릴레이 저장</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>잠시만 기다리세요…</translation>
        </message>
        <message>
            <source>Make introduction</source>
            <translation>소개 만들기</translation>
        </message>
    </context>
    <context>
        <name>PageHeader</name>
        <message>
            <source>Back</source>
            <translation>뒤로</translation>
        </message>
    </context>
    <context>
        <name>QuickSwitch</name>
        <message>
            <source>Switch room</source>
            <translation>대화방 바꾸기</translation>
        </message>
    </context>
    <context>
        <name>RoomList</name>
        <message>
            <source>New introduction</source>
            <translation>새 소개</translation>
        </message>
        <message>
            <source>Rooms</source>
            <translation>대화방</translation>
        </message>
        <message>
            <source>No conversations yet. Make an introduction.</source>
            <translation>아직 대화가 없습니다. 소개를 만드세요.</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>잠그기</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>설정</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>단축키</translation>
        </message>
        <message>
            <source>I have an introduction</source>
            <translation>받은 소개 열기</translation>
        </message>
    </context>
    <context>
        <name>RoomRow</name>
        <message numerus="yes">
            <source>%n unread</source>
            <translation>
                <numerusform>읽지 않음 %n개</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>SafetyNumber</name>
        <message>
            <source>Call them. Read yours aloud; they read theirs.</source>
            <translation>상대방에게 전화하세요. 내 번호를 소리 내어 읽고, 상대방도 자기 번호를 읽습니다.</translation>
        </message>
        <message>
            <source>They match</source>
            <translation>일치합니다</translation>
        </message>
        <message>
            <source>They differ</source>
            <translation>다릅니다</translation>
        </message>
        <message>
            <source>Later</source>
            <translation>나중에</translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message>
            <source>Settings</source>
            <translation>설정</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>언어</translation>
        </message>
        <message>
            <source>Text size</source>
            <translation>글자 크기</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>색상</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>시스템 설정</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>밝게</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>어둡게</translation>
        </message>
        <message>
            <source>Lock when nobody types for</source>
            <translation>입력이 없으면 잠그기</translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s)</source>
            <translation>
                <numerusform>%n분</numerusform>
            </translation>
        </message>
        <message>
            <source>Relay</source>
            <translation>릴레이</translation>
        </message>
        <message>
            <source>Relay address</source>
            <translation>릴레이 주소</translation>
        </message>
        <message>
            <source>New introductions are made there. Conversations stay where they are.</source>
            <translation>새 소개는 이곳에서 만들어집니다. 기존 대화는 그대로 유지됩니다.</translation>
        </message>
        <message>
            <source>Save the relay</source>
            <translation>릴레이 저장</translation>
        </message>
        <message>
            <source>About Magpie</source>
            <translation>Magpie 정보</translation>
        </message>
        <message>
            <source>Magpie encrypts every message on your computer. The relay can't read it.</source>
            <translation>Magpie는 모든 메시지를 이 컴퓨터에서 암호화합니다. 릴레이는 내용을 읽을 수 없습니다.</translation>
        </message>
        <message>
            <source>The cryptography has had no external audit yet.</source>
            <translation>암호 기술은 아직 외부 감사를 받지 않았습니다.</translation>
        </message>
    </context>
    <context>
        <name>WelcomeScreen</name>
        <message>
            <source>Welcome.</source>
            <translation>환영합니다.</translation>
        </message>
        <message>
            <source>Did someone send you an introduction?</source>
            <translation>소개를 받으셨나요?</translation>
        </message>
        <message>
            <source>Paste the link here</source>
            <translation>여기에 링크를 붙여 넣으세요</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>The person who sent you the link tells you the PIN by telephone.</source>
            <translation>링크를 보낸 사람이 전화로 PIN을 알려 줍니다.</translation>
        </message>
        <message>
            <source>Reading the introduction…</source>
            <translation>소개를 읽는 중…</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>계속</translation>
        </message>
        <message>
            <source>Open the picture…</source>
            <translation>이미지 열기…</translation>
        </message>
        <message>
            <source>Start without one</source>
            <translation>소개 없이 시작</translation>
        </message>
        <message>
            <source>Magpie asks for no telephone number and no e-mail address.</source>
            <translation>Magpie는 전화번호도 이메일 주소도 묻지 않습니다.</translation>
        </message>
        <message>
            <source>The cryptography has had no external audit yet.</source>
            <translation>암호 기술은 아직 외부 감사를 받지 않았습니다.</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>이미지</translation>
        </message>
    </context>
    <context>
        <name>Words</name>
        <message>
            <source>Not in yet</source>
            <comment>room</comment>
            <translation>입장 대기 중</translation>
        </message>
        <message>
            <source>Gap</source>
            <translation>누락</translation>
        </message>
        <message>
            <source>Histories differ</source>
            <translation>기록 불일치</translation>
        </message>
        <message>
            <source>Changed</source>
            <translation>변경됨</translation>
        </message>
        <message>
            <source>Ended</source>
            <comment>room</comment>
            <translation>종료됨</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>전송 대기</translation>
        </message>
        <message>
            <source>On the relay</source>
            <translation>릴레이 도착</translation>
        </message>
        <message>
            <source>On their device</source>
            <translation>전달됨</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>읽음</translation>
        </message>
        <message>
            <source>Not sent</source>
            <translation>전송 안 됨</translation>
        </message>
        <message>
            <source>You</source>
            <translation>나</translation>
        </message>
        <message>
            <source>Numbers compared</source>
            <translation>번호 대조됨</translation>
        </message>
        <message>
            <source>Verified by introduction</source>
            <translation>소개로 확인됨</translation>
        </message>
        <message>
            <source>Not verified</source>
            <translation>확인 안 됨</translation>
        </message>
        <message>
            <source>Waiting</source>
            <comment>for somebody to use the introduction</comment>
            <translation>사용 대기 중</translation>
        </message>
        <message>
            <source>Used %1</source>
            <translation>%1 사용됨</translation>
        </message>
        <message>
            <source>Ended</source>
            <comment>introduction</comment>
            <translation>종료됨</translation>
        </message>
    </context>
</TS>
