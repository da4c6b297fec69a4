# embed_folder(target folder symbol): every file below folder, in the binary, as
# `const struct embedded_file SYMBOL[]` (base/embedded.h), sorted by path, ended by a NULL path.
add_executable(embed_tool ${CMAKE_SOURCE_DIR}/tools/embed.c)
set_target_properties(embed_tool PROPERTIES C_STANDARD 17)
target_compile_definitions(embed_tool PRIVATE _GNU_SOURCE)

function(embed_folder target folder symbol)
	file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
	set(out ${CMAKE_BINARY_DIR}/gen/embed/${symbol})
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/gen/embed)
	add_custom_command(OUTPUT ${out}.S ${out}.c
		COMMAND embed_tool ${folder} ${symbol} ${out}.S ${out}.c
		DEPENDS embed_tool ${files} VERBATIM)
	add_library(${target} STATIC ${out}.S ${out}.c)
	target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src)
	set_source_files_properties(${out}.S PROPERTIES OBJECT_DEPENDS "${files}")
endfunction()
