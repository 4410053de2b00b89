# SPDX-License-Identifier: GPL-3.0-or-later
# What every target of ours is compiled with; generated and foreign code is not.
add_library(magpie_warnings INTERFACE)
target_compile_options(magpie_warnings INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # It takes a source that is compiled with others for a header, where a type of this file's own
  # in a class would be a mistake.
  target_compile_options(magpie_warnings INTERFACE -Wno-subobject-linkage)
endif()
