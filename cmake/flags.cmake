# One set of flags for all our code: strict warnings, hardening, and what the preset asks for.
option(LIAISON_WERROR "Warnings are errors" ON)
set(LIAISON_SANITIZE "" CACHE STRING "address,undefined | thread | fuzzer | coverage")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(liaison_flags INTERFACE)
target_include_directories(liaison_flags INTERFACE
	${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
target_compile_definitions(liaison_flags INTERFACE _GNU_SOURCE
	LIAISON_VERSION="${PROJECT_VERSION}")
target_compile_options(liaison_flags INTERFACE
	-Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wstrict-prototypes
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wno-missing-field-initializers
	# clang's -Wconversion refuses must(!"why this cannot be") without this.
	$<$<C_COMPILER_ID:Clang>:-Wno-string-conversion>
	-fno-strict-aliasing -fstack-protector-strong -fno-omit-frame-pointer
	$<$<BOOL:${LIAISON_WERROR}>:-Werror>)
target_link_options(liaison_flags INTERFACE -Wl,-z,relro,-z,now)

if(LIAISON_SANITIZE STREQUAL "coverage")
	target_compile_options(liaison_flags INTERFACE --coverage)
	target_link_options(liaison_flags INTERFACE --coverage)
elseif(LIAISON_SANITIZE STREQUAL "fuzzer")
	target_compile_options(liaison_flags INTERFACE
		-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
	target_link_options(liaison_flags INTERFACE -fsanitize=address,undefined)
elseif(LIAISON_SANITIZE)
	target_compile_options(liaison_flags INTERFACE
		-fsanitize=${LIAISON_SANITIZE} -fno-sanitize-recover=all)
	target_link_options(liaison_flags INTERFACE -fsanitize=${LIAISON_SANITIZE})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
	target_compile_options(liaison_flags INTERFACE -D_FORTIFY_SOURCE=2)
endif()
