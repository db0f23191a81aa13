# cmake -DPROGRAM=AIOSIM -DPAGE=FILE -P page.cmake: writes the manual page of
# scenario files, with the keys that the program knows.
execute_process(COMMAND ${PROGRAM} keys --mdoc OUTPUT_VARIABLE KEYS
	COMMAND_ERROR_IS_FATAL ANY)
file(READ ${CMAKE_CURRENT_LIST_DIR}/aiosim-scenario.5.in TEXT)
string(CONFIGURE "${TEXT}" TEXT @ONLY)
file(WRITE ${PAGE} "${TEXT}")
