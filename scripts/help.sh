#!/bin/sh
# Sourced by the shell scripts beside it.

# help ARGUMENT...: --help prints the comment at the head of the script; any
# other option is none that the script knows.
help() {
	for argument; do
		case $argument in
		-h | --help)
			sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
			exit 0
			;;
		-*) misused "there is no option '$argument'" ;;
		esac
	done
}

# misused MESSAGE: a line that says where to look, and the end.
misused() {
	name=$(basename "$0")
	echo "$name: $1; see scripts/$name --help" >&2
	exit 2
}
