#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Keeps one machine running, independently of the process that started it.
# Called with the machine's folder; the files in it are described in
# machines.py. Standard input is the machine's lock file, already locked by
# the caller: this shell inherits the lock and holds it until it ends. The
# functions are read as a whole before anything happens, so that this file
# may be replaced while machines run.

enter() {   # move the calling shell into the groups listed in a file
    while read -r group; do
        echo 0 >"$group" || return 1
    done <"$1"
}

machine() {
    enter machine.groups || exit 1
    set --
    while read -r option; do
        set -- "$@" "$option"
    done <options
    exec setpriv --pdeathsig KILL systemd-nspawn "$@" </dev/null
}

seconds() {
    read -r up _ </proc/uptime
    echo "${up%%.*}"
}

main() {
    cd "$1" || exit 1
    enter supervisor.groups || { echo 'No control groups.'; exit 1; }
    echo $$ >pid
    # Who waits for this word may be dead meanwhile; that must not kill us.
    trap '' PIPE
    echo started 2>/dev/null
    trap - PIPE
    exec >>console.log 2>&1
    quick=0
    while :; do
        begun=$(seconds)
        (machine)
        rc=$?
        # 133 is the machine's own wish to be started again; "again" ours.
        [ -e halt ] && { rc=0; break; }
        [ -e again ] || [ $rc = 133 ] || break
        rm -f again
        if [ $(($(seconds) - begun)) -gt 1 ]; then quick=0; fi
        quick=$((quick + 1))
        [ $quick -lt 10 ] || { echo 'The machine only reboots.'; break; }
    done
    echo $rc >exit.new && mv exit.new exit
    exit 0
}

main "$@"
