# Where a running demo keeps what it made; read by up, as, down and story, never run by itself.
#
# One directory, the state: PostgreSQL (cluster/), huying.conf, server.key, huyingd.log, copies of the programs
# that run (bin/), and the keys and outboxes of the demo's people (people/PERSON). By default var/ of this tree,
# which git ignores; --state DIR or HUYING_DEMO_STATE name another. var/where remembers one that is elsewhere.

# Chinese words count as letters, whatever the machine says.
export LC_CTYPE=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${HUYING_BUILD:-$root/build/release}
district=ZC

fail() { # words, exit status
	echo "${0##*/}: $1" >&2
	exit "${2-1}"
}

# In front of what must not be root where we are: PostgreSQL refuses to be, huyingd has no need to be.
as_postgres=()
[ "$(id -u)" != 0 ] || as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups --no-new-privs --)

# The state that was named, else the one remembered, else var/.
find_state() { # name or nothing
	local named=${1:-${HUYING_DEMO_STATE-}}
	if [ -n "$named" ]; then
		state=$named
	elif [ -s "$root/var/where" ]; then
		state=$(cat "$root/var/where")
	else
		state=$root/var
	fi
	[ "${state#/}" != "$state" ] || state=$PWD/$state
}

# A value of huying.conf.
setting() { # section, key
	awk -v section="[$1]" -v key="$2" '
		/^\[/ { inside = $0 == section }
		inside && index($0, key " = ") == 1 { print substr($0, length(key) + 4) }' "$state/huying.conf"
}

# The pid of our huyingd, when it runs: a number in a file may by now be somebody else's.
daemon_pid() {
	local pid
	pid=$(cat "$state/huyingd.pid" 2>/dev/null) || return 1
	[ "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")" = "$state/bin/huyingd --config $state/huying.conf " ] || return 1
	echo "$pid"
}

notify_pid() {
	local pid
	pid=$(cat "$state/huying-notify.pid" 2>/dev/null) || return 1
	[ "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")" = "$state/bin/huying-notify --config $state/huying.conf " ] ||
		return 1
	echo "$pid"
}

stop_notify() {
	local pid
	pid=$(notify_pid) || return 0
	kill "$pid"
	while notify_pid >/dev/null; do
		sleep 0.05
	done
}

# SIGTERM drains; half a minute is more than that takes.
stop_daemon() {
	local pid ends=$((SECONDS + 30))
	pid=$(daemon_pid) || return 0
	kill "$pid"
	while daemon_pid >/dev/null; do
		[ $SECONDS -lt $ends ] || fail "huyingd (process $pid) does not end; its log is $state/huyingd.log"
		sleep 0.05
	done
}
