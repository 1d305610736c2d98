#!/bin/sh
# Makes a Docker engine with Compose v2 available; does nothing when both answer.
# Usage: tools/docker-engine.sh [start|status|stop]
#   start   (default) install what is missing, start the engine, wait until it answers
#   status  exit 0 when engine and Compose answer, 1 when not
#   stop    end the engine that `start` started; an engine of somebody else is left alone
# Exit: 0 available · 1 something failed · 2 not possible here, the text says what to do
set -eu

COMPOSE_MODULE=github.com/docker/compose/v2
COMPOSE_VERSION=v2.40.3
PID_FILE=/var/run/ongrid-gen-dockerd.pid
LOG_FILE=/var/log/ongrid-gen-dockerd.log
DEADLINE_SECONDS=60

say() { printf '%s\n' "docker-engine: $*"; }
die() { say "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
engine_answers() { have docker && docker info >/dev/null 2>&1; }
compose_answers() { have docker && docker compose version >/dev/null 2>&1; }
is_root() { [ "$(id -u)" -eq 0 ]; }
is_debian() { [ -r /etc/os-release ] && grep -Eq '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release && have apt-get; }

cannot() {
    say "$1" >&2
    cat >&2 <<'TEXT'
What to do:
  1. Install a Docker engine (20.10 or later) and start it, so that `docker info` answers for your user.
  2. Install Compose v2 (2.20 or later), so that `docker compose version` answers.
On Debian or Ubuntu, running this script as root does both.
TEXT
    exit 2
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null ||
        die "apt-get could not install: $*"
}

apt_has() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]'; }

# --- engine -------------------------------------------------------------------------------------

engine_needs() {
    have dockerd || printf 'docker.io '
    have iptables || printf 'iptables '
}

# A recorded pid may belong to another program by now, or to a dead one not yet reaped: the command line decides.
runs_as() { grep -qa "$2" "/proc/$1/cmdline" 2>/dev/null; }

started_pid() {
    [ -r "$PID_FILE" ] || return 1
    pid=$(cat "$PID_FILE")
    runs_as "$pid" dockerd && printf '%s' "$pid"
}

# A killed engine leaves pid files behind; the next one gives up over them when the numbers are in use or not reaped.
clear_stale_pid() {
    [ -r "$1" ] || return 0
    runs_as "$(cat "$1")" "$2" || rm -f "$1"
}

launch_engine() {
    if [ -d /run/systemd/system ]; then
        say "starting the engine with systemd"
        systemctl start docker || die "systemd could not start docker: see 'journalctl -u docker'"
        return
    fi
    if started_pid >/dev/null; then return; fi
    clear_stale_pid /var/run/docker.pid dockerd
    clear_stale_pid /var/run/docker/containerd/containerd.pid containerd
    say "starting dockerd in the background (log: $LOG_FILE)"
    setsid nohup dockerd >>"$LOG_FILE" 2>&1 </dev/null &
    echo $! >"$PID_FILE"
}

wait_for_engine() {
    waited=0
    until engine_answers; do
        [ -d /run/systemd/system ] || started_pid >/dev/null || die "dockerd ended: see $LOG_FILE"
        [ "$waited" -lt "$DEADLINE_SECONDS" ] ||
            die "the engine did not answer within $DEADLINE_SECONDS s: see $LOG_FILE"
        sleep 1
        waited=$((waited + 1))
    done
    say "engine $(docker info --format '{{.ServerVersion}}') answers"
}

# --- compose ------------------------------------------------------------------------------------

compose_package() {
    for name in docker-compose-v2 docker-compose-plugin; do
        if is_root && is_debian && apt_has "$name"; then printf '%s' "$name" && return; fi
    done
}

plugin_folder() {
    if is_root; then printf /usr/local/lib/docker/cli-plugins
    else printf '%s/cli-plugins' "${DOCKER_CONFIG:-$HOME/.docker}"; fi
}

# A module of its own instead of `go install`: the latter refuses a module with replace lines.
build_compose() {
    folder=$(plugin_folder)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$folder"
    (
        cd "$work"
        go mod init compose-build >/dev/null 2>&1
        go get "$COMPOSE_MODULE/cmd@$COMPOSE_VERSION" >log 2>&1 &&
            CGO_ENABLED=0 go build -trimpath -o docker-compose \
                -ldflags "-s -w -X $COMPOSE_MODULE/internal.Version=$COMPOSE_VERSION" \
                "$COMPOSE_MODULE/cmd" >>log 2>&1 || { tail -n 5 log >&2; exit 1; }
    ) || die "Compose could not be built: is the Go module proxy reachable (see 'go env GOPROXY')?"
    install -m 0755 "$work/docker-compose" "$folder/docker-compose"
}

install_compose() {
    package=$(compose_package)
    if [ -n "$package" ]; then
        say "installing the package $package"
        apt_install "$package"
    elif have go; then
        say "building Compose $COMPOSE_VERSION from its Go module into $(plugin_folder) (about a minute)"
        build_compose
    else
        cannot "Compose v2 is missing, no package has it and there is no Go to build it with."
    fi
    compose_answers || die "Compose was installed, but 'docker compose version' does not answer"
    say "$(docker compose version)"
}

# --- verbs --------------------------------------------------------------------------------------

start_engine() {
    is_root || cannot "No Docker engine answers, and starting one needs root."
    needs=$(engine_needs)
    if [ -n "$needs" ]; then
        is_debian || cannot "No Docker engine answers, and this is neither Debian nor Ubuntu."
        say "installing the packages: $needs"
        apt-get update -qq || die "apt-get update failed: check the network and the apt sources"
        # shellcheck disable=SC2086  # a list of package names
        apt_install $needs
    fi
    launch_engine
    wait_for_engine
}

start() {
    if engine_answers && compose_answers; then
        say "engine $(docker info --format '{{.ServerVersion}}') and $(docker compose version) answer"
        return
    fi
    engine_answers || start_engine
    compose_answers || install_compose
}

stop() {
    pid=$(started_pid) || { say "no engine started by this script is running"; return; }
    kill "$pid" || die "ending dockerd ($pid) needs root"
    waited=0
    while runs_as "$pid" dockerd; do
        [ "$waited" -lt "$DEADLINE_SECONDS" ] || die "dockerd ($pid) did not end: see $LOG_FILE"
        sleep 1
        waited=$((waited + 1))
    done
    rm -f "$PID_FILE"
    say "engine stopped"
}

case "${1:-start}" in
    start) start ;;
    status) engine_answers && compose_answers ;;
    stop) stop ;;
    *) say "usage: $0 [start|status|stop]" >&2; exit 2 ;;
esac
