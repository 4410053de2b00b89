<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
    <context>
        <name>AboutYouScreen</name>
        <message>
            <source>Strong. Write the six words on paper, with the spaces, and keep the paper away from this computer.</source>
            <translation>强。请把这六个单词连同空格抄在纸上，并存放在远离这台电脑的地方。</translation>
        </message>
        <message>
            <source>Suggest six words</source>
            <translation>推荐六个单词</translation>
        </message>
        <message>
            <source>Write a name.</source>
            <translation>请填写名字。</translation>
        </message>
        <message>
            <source>The passphrase needs 10 characters or more.</source>
            <translation>密码短语至少需要 10 个字符。</translation>
        </message>
        <message>
            <source>The two passphrases are not the same.</source>
            <translation>两次输入的密码短语不一致。</translation>
        </message>
        <message>
            <source>That isn't a complete relay address. Copy the whole line again.</source>
            <translation>中继地址不完整。请重新复制整行内容。</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>返回</translation>
        </message>
        <message>
            <source>%1 invites you to write privately.</source>
            <translation>%1 邀请您私下通信。</translation>
        </message>
        <message>
            <source>Who are you?</source>
            <translation>您怎么称呼？</translation>
        </message>
        <message>
            <source>Continue only if you expected this.</source>
            <translation>只有在您预期会收到此邀请时才继续。</translation>
        </message>
        <message>
            <source>Name to show %1</source>
            <translation>向 %1 显示的名字</translation>
        </message>
        <message>
            <source>Name to show others</source>
            <translation>向他人显示的名字</translation>
        </message>
        <message>
            <source>A nickname is fine.</source>
            <translation>可以用昵称。</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>密码短语</translation>
        </message>
        <message>
            <source>10 characters or more. Several words are easy to remember.</source>
            <translation>至少 10 个字符。用几个词连起来更容易记住。</translation>
        </message>
        <message>
            <source>Too short</source>
            <translation>太短</translation>
        </message>
        <message>
            <source>Weak</source>
            <translation>弱</translation>
        </message>
        <message>
            <source>Fair</source>
            <translation>一般</translation>
        </message>
        <message>
            <source>Strong</source>
            <translation>强</translation>
        </message>
        <message>
            <source>Type it again</source>
            <translation>再输入一次</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>显示</translation>
        </message>
        <message>
            <source>Only you know it. Nobody can reset it.</source>
            <translation>只有您知道它。任何人都无法重设。</translation>
        </message>
        <message>
            <source>Relay address</source>
            <translation>中继地址</translation>
        </message>
        <message>
            <source>Your relay administrator gives it to you. Without one you can read introductions, but not make any.</source>
            <translation>由中继管理员提供。没有地址时，您可以接受引荐，但不能创建引荐。</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>请稍候…</translation>
        </message>
        <message>
            <source>Start writing</source>
            <translation>开始通信</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>开始</translation>
        </message>
    </context>
    <context>
        <name>Composer</name>
        <message>
            <source>Write to %1</source>
            <translation>写给 %1</translation>
        </message>
        <message>
            <source>Enter sends. Shift+Enter starts a new line.</source>
            <translation>按 Enter 发送，按 Shift+Enter 换行。</translation>
        </message>
        <message>
            <source>Send to %1</source>
            <translation>发送给 %1</translation>
        </message>
    </context>
    <context>
        <name>ConversationBanners</name>
        <message>
            <source>This room has ended. What arrived stays here. To write again, ask for a new introduction, or make one.</source>
            <translation>此房间已结束。已收到的消息仍保留在这里。如需继续通信，请索取新的引荐，或自己创建一个。</translation>
        </message>
        <message>
            <source>You aren't in this conversation yet: the relay hasn't confirmed it. Nothing is lost, and Magpie keeps trying. If it stays like this, ask %1 for a new introduction.</source>
            <translation>您还没有进入此对话：中继尚未确认。没有丢失任何内容，Magpie 会继续尝试。如果一直这样，请向 %1 索取新的引荐。</translation>
        </message>
        <message>
            <source>Your introduction for %1 was used. They call themselves “%2”. Not %1? Don't write here, and call %1.</source>
            <translation>您给 %1 的引荐已被使用。对方自称“%2”。如果不是 %1，请不要在这里写任何内容，并给 %1 打电话。</translation>
        </message>
        <message>
            <source>It is %1</source>
            <translation>是 %1 本人</translation>
        </message>
        <message>
            <source>Messages from %1 haven't arrived. The others are in order. Ask %1 to send them again.</source>
            <translation>%1 的部分消息没有送到。其余消息正常。请让 %1 重新发送。</translation>
        </message>
        <message>
            <source>%1 and you see different histories. Your copy is unchanged. Don't send anything sensitive here; call %1.</source>
            <translation>%1 与您看到的记录不一致。您这里的记录没有变化。请不要在这里发送敏感内容，请给 %1 打电话。</translation>
        </message>
        <message>
            <source>%1's Magpie has changed. %1 may have a new computer, or someone else may be using the name. Earlier messages are safe. Sending is paused: call %1, then compare numbers or make a new introduction.</source>
            <translation>%1 的 Magpie 已变更。%1 可能换了新电脑，也可能有人冒用这个名字。之前的消息是安全的。发送已暂停：请给 %1 打电话，然后核对安全码，或创建新的引荐。</translation>
        </message>
        <message>
            <source>No connection since %1. Your messages are safe here and will go when it returns.</source>
            <translation>自 %1 起没有连接。您的消息安全保存在这里，恢复连接后会自动发送。</translation>
        </message>
        <message>
            <source>Not sent: the relay refused a message. Its text is kept here. Send it again, or tell your relay administrator.</source>
            <translation>未发送：中继拒绝了一条消息。其文字保存在这里。请重新发送，或告知中继管理员。</translation>
        </message>
    </context>
    <context>
        <name>ConversationHeader</name>
        <message>
            <source>Back</source>
            <translation>返回</translation>
        </message>
        <message numerus="yes">
            <source>%n people</source>
            <translation>
                <numerusform>%n 人</numerusform>
            </translation>
        </message>
        <message>
            <source>Details</source>
            <translation>详情</translation>
        </message>
    </context>
    <context>
        <name>ConversationPane</name>
        <message>
            <source>Make an introduction and send it to one person. Once they open it, you can write to each other here.</source>
            <translation>创建一个引荐并发送给一个人。对方打开后，你们就可以在这里通信。</translation>
        </message>
        <message>
            <source>Choose a conversation from the list.</source>
            <translation>请从列表中选择一个对话。</translation>
        </message>
    </context>
    <context>
        <name>DetailsPane</name>
        <message>
            <source>Details</source>
            <translation>详情</translation>
        </message>
    </context>
    <context>
        <name>ErrorText</name>
        <message>
            <source>That didn't work. Nothing was lost. Try again, or tell your relay administrator.</source>
            <translation>操作没有成功。没有丢失任何内容。请重试，或告知中继管理员。</translation>
        </message>
        <message>
            <source>That isn't a complete introduction. Nothing was sent. Copy the whole link again, or open the picture.</source>
            <translation>引荐不完整。没有发送任何内容。请重新复制完整链接，或打开图片。</translation>
        </message>
        <message>
            <source>This introduction has ended. Nothing was sent. Ask for a new one.</source>
            <translation>此引荐已结束。没有发送任何内容。请索取新的引荐。</translation>
        </message>
        <message>
            <source>This introduction was already used. Nothing was sent. If it wasn't you, call the person who gave it to you now.</source>
            <translation>此引荐已被使用。没有发送任何内容。如果不是您本人使用的，请立即给提供引荐的人打电话。</translation>
        </message>
        <message>
            <source>This introduction wasn't made by the person it names. Nothing was sent. Call the person who gave it to you.</source>
            <translation>此引荐并非由其署名的人创建。没有发送任何内容。请给提供引荐的人打电话。</translation>
        </message>
        <message>
            <source>The introduction didn't open with this PIN. Nothing was sent. Ask the person who gave it to you for the PIN.</source>
            <translation>用此 PIN 无法打开引荐。没有发送任何内容。请向提供引荐的人询问 PIN。</translation>
        </message>
        <message>
            <source>This was made by a newer Magpie. Nothing was changed here. Install the newest Magpie, then try again.</source>
            <translation>这是由更新版本的 Magpie 创建的。这里没有任何改动。请安装最新的 Magpie 后重试。</translation>
        </message>
        <message>
            <source>This conversation is here already. Nothing was sent. Open it from the list.</source>
            <translation>此对话已经存在。没有发送任何内容。请从列表中打开。</translation>
        </message>
        <message>
            <source>The relay can't be reached. Nothing was lost. Check the network, then try again.</source>
            <translation>无法连接中继。没有丢失任何内容。请检查网络后重试。</translation>
        </message>
        <message>
            <source>The relay didn't answer in time. Nothing was lost. Try again in a moment.</source>
            <translation>中继没有及时响应。没有丢失任何内容。请稍后重试。</translation>
        </message>
        <message>
            <source>Something else answered in the relay's place. Nothing was sent. Use another network, or call the person who gave you this address.</source>
            <translation>应答的不是该中继。没有发送任何内容。请换用其他网络，或给提供此地址的人打电话。</translation>
        </message>
        <message>
            <source>Not sent: the relay is full. Your text is kept here. Try again, or tell your relay administrator.</source>
            <translation>未发送：中继已满。您的文字保存在这里。请重试，或告知中继管理员。</translation>
        </message>
        <message>
            <source>This relay doesn't open rooms for you. Nothing was changed. Ask its administrator for an invitation.</source>
            <translation>您无权在此中继上创建房间。没有任何改动。请向其管理员申请邀请。</translation>
        </message>
        <message>
            <source>Not sent: sending is paused in this room. Your text is kept here. Read the notice above it.</source>
            <translation>未发送：此房间已暂停发送。您的文字保存在这里。请阅读上方的提示。</translation>
        </message>
        <message>
            <source>Not sent: this text is too long. It is kept here. Send it in parts.</source>
            <translation>未发送：文字太长。文字保存在这里。请分几次发送。</translation>
        </message>
        <message>
            <source>That passphrase didn't open Magpie. Nothing was deleted. Check Caps Lock and keyboard language.</source>
            <translation>此密码短语无法打开 Magpie。没有删除任何内容。请检查大写锁定和键盘语言。</translation>
        </message>
        <message>
            <source>What is stored here is damaged and doesn't open. Nothing was changed. Keep the folder as it is, and ask for a new introduction.</source>
            <translation>这里保存的内容已损坏，无法打开。没有任何改动。请保留文件夹原样，并索取新的引荐。</translation>
        </message>
        <message>
            <source>Magpie is open in another window already. Nothing was changed. Use that window, or close it first.</source>
            <translation>Magpie 已在另一个窗口中打开。没有任何改动。请使用那个窗口，或先将其关闭。</translation>
        </message>
        <message>
            <source>The disk couldn't be read or written. What was saved before is safe. Check the disk, then unlock Magpie again.</source>
            <translation>无法读写磁盘。之前保存的内容是安全的。请检查磁盘，然后重新解锁 Magpie。</translation>
        </message>
        <message>
            <source>The disk is full. What was saved before is safe. Free some space, then try again.</source>
            <translation>磁盘已满。之前保存的内容是安全的。请腾出空间后重试。</translation>
        </message>
        <message>
            <source>This computer has too little free memory. Nothing was lost. Close other programs, then try again.</source>
            <translation>这台电脑的可用内存不足。没有丢失任何内容。请关闭其他程序后重试。</translation>
        </message>
    </context>
    <context>
        <name>IntroductionModel</name>
        <message>
            <source>d MMM</source>
            <extracomment>A day of a month, as QLocale::toString writes it.</extracomment>
            <translation>M月d日</translation>
        </message>
    </context>
    <context>
        <name>IntroductionResult</name>
        <message>
            <source>Works once. Whoever opens it first becomes “%1”. Send it only where %1 alone reads.</source>
            <translation>只能使用一次。第一个打开的人将成为“%1”。请只发送到只有 %1 能看到的地方。</translation>
        </message>
        <message>
            <source>The introduction as a picture</source>
            <translation>引荐图片</translation>
        </message>
        <message>
            <source>Introduction link</source>
            <translation>引荐链接</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>已复制</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>Save picture</source>
            <translation>保存图片</translation>
        </message>
        <message>
            <source>Make another</source>
            <translation>再创建一个</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>图片</translation>
        </message>
    </context>
    <context>
        <name>IntroductionRow</name>
        <message>
            <source>%1 · ends %2</source>
            <translation>%1 · %2 结束</translation>
        </message>
        <message>
            <source>Somebody tried the used link. Only the first person got in.</source>
            <translation>有人试过已使用的链接。只有第一个人进入了。</translation>
        </message>
        <message>
            <source>Show link</source>
            <translation>显示链接</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
    </context>
    <context>
        <name>IntroductionsPage</name>
        <message>
            <source>New introduction</source>
            <translation>新建引荐</translation>
        </message>
        <message>
            <source>Introduction</source>
            <translation>引荐</translation>
        </message>
        <message>
            <source>Introductions</source>
            <translation>引荐列表</translation>
        </message>
    </context>
    <context>
        <name>JoinPage</name>
        <message>
            <source>I have an introduction</source>
            <translation>我收到了引荐</translation>
        </message>
        <message>
            <source>Paste the link here</source>
            <translation>在此粘贴链接</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>The person who sent you the link tells you the PIN by telephone.</source>
            <translation>发送链接的人会通过电话告诉您 PIN。</translation>
        </message>
        <message>
            <source>%1 invites you to write privately.</source>
            <translation>%1 邀请您私下通信。</translation>
        </message>
        <message>
            <source>Continue only if you expected this.</source>
            <translation>只有在您预期会收到此邀请时才继续。</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>请稍候…</translation>
        </message>
        <message>
            <source>Start writing</source>
            <translation>开始通信</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>继续</translation>
        </message>
    </context>
    <context>
        <name>KeysPage</name>
        <message>
            <source>Keys</source>
            <translation>快捷键</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>发送</translation>
        </message>
        <message>
            <source>New line</source>
            <translation>换行</translation>
        </message>
        <message>
            <source>Switch room</source>
            <translation>切换房间</translation>
        </message>
        <message>
            <source>Room before, room after</source>
            <translation>上一个房间、下一个房间</translation>
        </message>
        <message>
            <source>Next pane, pane before</source>
            <translation>下一个区域、上一个区域</translation>
        </message>
        <message>
            <source>New introduction</source>
            <translation>新建引荐</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>锁定</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>设置</translation>
        </message>
        <message>
            <source>This list</source>
            <translation>此列表</translation>
        </message>
        <message>
            <source>Close what is on top</source>
            <translation>关闭最上层内容</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>退出</translation>
        </message>
    </context>
    <context>
        <name>LanguageChoice</name>
        <message>
            <source>Language</source>
            <translation>语言</translation>
        </message>
    </context>
    <context>
        <name>LockScreen</name>
        <message>
            <source>Magpie is locked</source>
            <translation>Magpie 已锁定</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>密码短语</translation>
        </message>
        <message>
            <source>Unlocking…</source>
            <translation>正在解锁…</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>解锁</translation>
        </message>
        <message>
            <source>Go back</source>
            <translation>返回</translation>
        </message>
        <message>
            <source>Forgot it?</source>
            <translation>忘记了？</translation>
        </message>
        <message>
            <source>Nobody can open these messages without it. They stay locked here. Go back and try again, or ask for a new introduction on another computer.</source>
            <translation>没有密码短语，任何人都无法打开这些消息。消息会一直锁在这里。请返回重试，或索取新的引荐并在另一台电脑上使用。</translation>
        </message>
    </context>
    <context>
        <name>MemberRow</name>
        <message>
            <source>Compare safety numbers</source>
            <translation>核对安全码</translation>
        </message>
    </context>
    <context>
        <name>MessageList</name>
        <message>
            <source>Messages</source>
            <translation>消息</translation>
        </message>
        <message>
            <source>No messages yet. Only the people listed above can read this room.</source>
            <translation>还没有消息。只有上方列出的人能阅读此房间。</translation>
        </message>
    </context>
    <context>
        <name>MessageRow</name>
        <message numerus="yes">
            <source>%n message(s) from %1 haven't arrived. The others are in order. Ask %1 to send them again.</source>
            <translation>
                <numerusform>%1 的 %n 条消息没有送到。其余消息正常。请让 %1 重新发送。</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 didn't receive some messages here. Send again what matters.</source>
            <translation>%1 有几条消息没有收到。重要的内容请再发一次。</translation>
        </message>
        <message>
            <source>This message needs a newer Magpie. It is kept here.</source>
            <translation>此消息需要更新版本的 Magpie。消息已保存在这里。</translation>
        </message>
        <message>
            <source>You</source>
            <translation>您</translation>
        </message>
    </context>
    <context>
        <name>NewIntroduction</name>
        <message>
            <source>An introduction needs a relay. Your relay administrator gives you its address.</source>
            <translation>创建引荐需要中继。其地址由中继管理员提供。</translation>
        </message>
        <message>
            <source>Relay address</source>
            <translation>中继地址</translation>
        </message>
        <message>
            <source>Who is it for?</source>
            <translation>给谁的引荐？</translation>
        </message>
        <message>
            <source>Only you see this name.</source>
            <translation>只有您能看到这个名字。</translation>
        </message>
        <message>
            <source>Greeting (optional)</source>
            <translation>问候语（可选）</translation>
        </message>
        <message>
            <source>They read it before they answer.</source>
            <translation>对方在回应之前会看到。</translation>
        </message>
        <message>
            <source>Ends after</source>
            <translation>有效期</translation>
        </message>
        <message>
            <source>24 hours</source>
            <translation>24 小时</translation>
        </message>
        <message>
            <source>3 days</source>
            <translation>3 天</translation>
        </message>
        <message>
            <source>7 days</source>
            <translation>7 天</translation>
        </message>
        <message>
            <source>PIN (optional)</source>
            <translation>PIN（可选）</translation>
        </message>
        <message>
            <source>Tell it by telephone. Without it, the link doesn't open.</source>
            <translation>请通过电话告知。没有 PIN 就无法打开链接。</translation>
        </message>
        <message>
            <source>Invitation code of the relay</source>
            <translation>中继邀请码</translation>
        </message>
        <message>
            <source>Your relay administrator gives it to you.</source>
            <translation>由您的中继管理员提供。</translation>
        </message>
        <message>
            <source>Save the relay</source>
            <translation>保存中继</translation>
        </message>
        <message>
            <source>One moment…</source>
            <translation>请稍候…</translation>
        </message>
        <message>
            <source>Make introduction</source>
            <translation>创建引荐</translation>
        </message>
    </context>
    <context>
        <name>PageHeader</name>
        <message>
            <source>Back</source>
            <translation>返回</translation>
        </message>
    </context>
    <context>
        <name>QuickSwitch</name>
        <message>
            <source>Switch room</source>
            <translation>切换房间</translation>
        </message>
    </context>
    <context>
        <name>RoomList</name>
        <message>
            <source>New introduction</source>
            <translation>新建引荐</translation>
        </message>
        <message>
            <source>Rooms</source>
            <translation>房间</translation>
        </message>
        <message>
            <source>No conversations yet. Make an introduction.</source>
            <translation>还没有对话。请创建一个引荐。</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>锁定</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>设置</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>快捷键</translation>
        </message>
        <message>
            <source>I have an introduction</source>
            <translation>我收到了引荐</translation>
        </message>
    </context>
    <context>
        <name>RoomRow</name>
        <message numerus="yes">
            <source>%n unread</source>
            <translation>
                <numerusform>%n 条未读</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>SafetyNumber</name>
        <message>
            <source>Call them. Read yours aloud; they read theirs.</source>
            <translation>请给对方打电话。您念出您的号码，对方念出对方的号码。</translation>
        </message>
        <message>
            <source>They match</source>
            <translation>一致</translation>
        </message>
        <message>
            <source>They differ</source>
            <translation>不一致</translation>
        </message>
        <message>
            <source>Later</source>
            <translation>以后再说</translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message>
            <source>Settings</source>
            <translation>设置</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>语言</translation>
        </message>
        <message>
            <source>Text size</source>
            <translation>文字大小</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>颜色</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>浅色</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>深色</translation>
        </message>
        <message>
            <source>Lock when nobody types for</source>
            <translation>无操作时锁定</translation>
        </message>
        <message numerus="yes">
            <source>%n minute(s)</source>
            <translation>
                <numerusform>%n 分钟</numerusform>
            </translation>
        </message>
        <message>
            <source>Relay</source>
            <translation>中继</translation>
        </message>
        <message>
            <source>Relay address</source>
            <translation>中继地址</translation>
        </message>
        <message>
            <source>New introductions are made there. Conversations stay where they are.</source>
            <translation>新的引荐将在那里创建。现有对话保持不变。</translation>
        </message>
        <message>
            <source>Save the relay</source>
            <translation>保存中继</translation>
        </message>
        <message>
            <source>About Magpie</source>
            <translation>关于 Magpie</translation>
        </message>
        <message>
            <source>Magpie encrypts every message on your computer. The relay can't read it.</source>
            <translation>Magpie 在您的电脑上加密每一条消息。中继无法读取。</translation>
        </message>
        <message>
            <source>The cryptography has had no external audit yet.</source>
            <translation>其加密技术尚未经过外部审计。</translation>
        </message>
    </context>
    <context>
        <name>WelcomeScreen</name>
        <message>
            <source>Welcome.</source>
            <translation>欢迎。</translation>
        </message>
        <message>
            <source>Did someone send you an introduction?</source>
            <translation>有人给您发送了引荐吗？</translation>
        </message>
        <message>
            <source>Paste the link here</source>
            <translation>在此粘贴链接</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>The person who sent you the link tells you the PIN by telephone.</source>
            <translation>发送链接的人会通过电话告诉您 PIN。</translation>
        </message>
        <message>
            <source>Reading the introduction…</source>
            <translation>正在读取引荐…</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>Open the picture…</source>
            <translation>打开图片…</translation>
        </message>
        <message>
            <source>Start without one</source>
            <translation>没有引荐，直接开始</translation>
        </message>
        <message>
            <source>Magpie asks for no telephone number and no e-mail address.</source>
            <translation>Magpie 不要求提供电话号码或电子邮件地址。</translation>
        </message>
        <message>
            <source>The cryptography has had no external audit yet.</source>
            <translation>其加密技术尚未经过外部审计。</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>图片</translation>
        </message>
    </context>
    <context>
        <name>Words</name>
        <message>
            <source>Not in yet</source>
            <comment>room</comment>
            <translation>等待进入</translation>
        </message>
        <message>
            <source>Gap</source>
            <translation>缺失</translation>
        </message>
        <message>
            <source>Histories differ</source>
            <translation>记录不一致</translation>
        </message>
        <message>
            <source>Changed</source>
            <translation>已变更</translation>
        </message>
        <message>
            <source>Ended</source>
            <comment>room</comment>
            <translation>已结束</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>等待发送</translation>
        </message>
        <message>
            <source>On the relay</source>
            <translation>已到中继</translation>
        </message>
        <message>
            <source>On their device</source>
            <translation>已送达</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>已读</translation>
        </message>
        <message>
            <source>Not sent</source>
            <translation>未发送</translation>
        </message>
        <message>
            <source>You</source>
            <translation>您</translation>
        </message>
        <message>
            <source>Numbers compared</source>
            <translation>已核对安全码</translation>
        </message>
        <message>
            <source>Verified by introduction</source>
            <translation>已通过引荐验证</translation>
        </message>
        <message>
            <source>Not verified</source>
            <translation>未验证</translation>
        </message>
        <message>
            <source>Waiting</source>
            <comment>for somebody to use the introduction</comment>
            <translation>等待使用</translation>
        </message>
        <message>
            <source>Used %1</source>
            <translation>%1 已使用</translation>
        </message>
        <message>
            <source>Ended</source>
            <comment>introduction</comment>
            <translation>已结束</translation>
        </message>
    </context>
</TS>
