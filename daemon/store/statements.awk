# Turns sql/statements/*.sql into rows STATEMENT(NAME, "name", "text") of a .def file.
# Comment lines are left out; @part@ stands for the text of parts/part.sql beside the statements.
function quoted(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return line
}
function part(file, name,    path, line, text) {
	path = file
	sub(/[^\/]*$/, "parts/" name ".sql", path)
	while ((getline line < path) > 0)
		text = text (text == "" ? "" : " ") line
	close(path)
	if (text == "") {
		print "statements.awk: there is no " path > "/dev/stderr"
		exit 1
	}
	return text
}
FNR == 1 {
	if (NR > 1)
		print ")"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.sql$/, "", name)
	printf "STATEMENT(%s, \"%s\",\n", toupper(name), name
}
/^--/ { next }
{
	while (match($0, /@[a-z_]+@/))
		$0 = substr($0, 1, RSTART - 1) part(FILENAME, substr($0, RSTART + 1, RLENGTH - 2)) \
			substr($0, RSTART + RLENGTH)
	printf "\t\"%s\\n\"\n", quoted($0)
}
END { print ")" }
