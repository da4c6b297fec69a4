# sql_headers(out files...): each statement file x.sql becomes gen/FOLDER/x.sql.h.
function(sql_headers out)
	set(${out} "" PARENT_SCOPE)
endfunction()
