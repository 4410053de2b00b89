# SPDX-License-Identifier: GPL-3.0-or-later
# What every target of ours is compiled with; generated and foreign code is not.
add_library(magpie_warnings INTERFACE)
target_compile_options(magpie_warnings INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
