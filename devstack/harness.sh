#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Run phases of the plugin without DevStack:
#
#     devstack/harness.sh PHASE...      such as: post-config extra clean
#
# OS_CLOUD names an administrator of a cloud (clouds.yaml). What DevStack would
# have set is taken from the environment or from below; what it would have done
# to the whole machine (packages, databases, systemd) is only written down in
# $HARNESS_DIR/calls. What was made in the cloud is written down in
# $HARNESS_DIR/made; the phase `forget` deletes it, last things first. So a
# whole round is: post-config extra unstack clean forget

set -eu

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${HARNESS_DIR:?a directory for configuration and notes}"
: "${HARNESS_BIN:?the directory with trove-manage and openstack}"

# --- what stack.sh sets
export DEST=${DEST:-$HARNESS_DIR} DATA_DIR=${DATA_DIR:-$HARNESS_DIR/data}
export TROVE_DIR=${TROVE_DIR:-$(dirname "$HERE")}
export TROVE_CONF_DIR=${TROVE_CONF_DIR:-$HARNESS_DIR/etc}
export SERVICE_HOST=${SERVICE_HOST:-127.0.0.1} SERVICE_PROTOCOL=http
export SERVICE_LISTEN_ADDRESS=$SERVICE_HOST
export SERVICE_PROJECT_NAME=${SERVICE_PROJECT_NAME:-service}
export SERVICE_DOMAIN_NAME=Default REGION_NAME=${REGION_NAME:-RegionOne}
export SERVICE_PASSWORD=${SERVICE_PASSWORD:-unknown}
export KEYSTONE_SERVICE_URI=${KEYSTONE_SERVICE_URI:-http://127.0.0.1/identity}
export RABBIT_HOST=${RABBIT_HOST:-127.0.0.1} STACK_USER=${STACK_USER:-root}
export ENABLE_DEBUG_LOG_LEVEL=True API_WORKERS=1
export ENABLED_SERVICES=${ENABLED_SERVICES:-key,tr-api,tr-tmgr,tr-cond}
export PATH=$HARNESS_BIN:$PATH

mkdir -p "$HARNESS_DIR"

function note {
    echo "$*" >> "$HARNESS_DIR/calls"
}

# --- what DevStack does to the machine: written down
for name in install_package setup_develop git_clone pip_install \
        configure_keystone_authtoken_middleware setup_logging run_process \
        stop_process echo_summary recreate_database define_plugin \
        plugin_requires enable_service; do
    eval "function $name { note $name \"\$@\"; }"
done

# --- what it asks
function get_python_exec_prefix {
    echo "$HARNESS_BIN"
}

function is_service_enabled {
    [[ ,$ENABLED_SERVICES, == *,$1,* ]]
}

function use_library_from_git {
    return 1
}

function ipv6_unquote {
    echo "$1"
}

function database_connection_url {
    echo "sqlite:///$HARNESS_DIR/$1.sqlite"
}
function trueorfalse {
    local value=${!2:-$1}
    case "${value,,}" in
        true|yes|1) echo True ;;
        *) echo False ;;
    esac
}

# --- what it does for real

# Whoever runs the harness has the rights it needs, and its PATH.
function sudo {
    while [[ "$1" == -* ]]; do
        shift
    done
    "$@"
}

# Keeps the ids of what is made; whoever creates asks for `-f value -c id`.
function openstack {
    local answer words="$*"
    if [[ "$words" != *" create "* ]]; then
        command openstack "$@"
        return
    fi
    answer=$(command openstack "$@")
    echo "${words%% create *}/$answer" >> "$HARNESS_DIR/made"
    echo "$answer"
}

function forget {
    local kind id left=0
    if [[ ! -e "$HARNESS_DIR/made" ]]; then
        return
    fi
    tac "$HARNESS_DIR/made" > "$HARNESS_DIR/forget"
    while IFS=/ read -r kind id <&3; do
        # The kind may be several words: security group.
        # shellcheck disable=SC2086
        command openstack $kind delete "$id" || left=1
    done 3< "$HARNESS_DIR/forget"
    rm "$HARNESS_DIR/forget"
    if [[ $left == 1 ]]; then
        echo "Something could not be deleted; see above." >&2
        return 1
    fi
    rm "$HARNESS_DIR/made"
}

function iniset {
    python3 - "$@" <<'PY'
import configparser
import sys
path, section, option, value = sys.argv[1:5]
kept = configparser.ConfigParser(interpolation=None, default_section='none')
kept.optionxform = str
kept.read(path)
if not kept.has_section(section):
    kept.add_section(section)
kept.set(section, option, value)
with open(path, 'w', encoding='utf-8') as target:
    kept.write(target)
PY
}

function create_service_user {
    openstack user show "$1" >/dev/null 2>&1 \
        || openstack user create "$1" -f value -c id --password-prompt \
            <<< "$SERVICE_PASSWORD"$'\n'"$SERVICE_PASSWORD"
    openstack role add --user "$1" --project "$SERVICE_PROJECT_NAME" \
        "${2:-service}"
}

function get_or_create_service {
    openstack service show "$2" -f value -c id 2>/dev/null \
        || openstack service create "$2" --name "$1" --description "$3" \
            -f value -c id
}

function get_or_create_endpoint {
    [[ -n $(openstack endpoint list --service "$1" --region "$2" \
        -f value -c ID) ]] \
        || openstack endpoint create "$1" public "$3" --region "$2" \
            -f value -c id
}

# shellcheck source=devstack/settings
source "$HERE/settings"
for phase in "$@"; do
    case "$phase" in
        forget)
            forget
            continue
            ;;
        unstack|clean) set -- "$phase" ;;
        *) set -- stack "$phase" ;;
    esac
    # shellcheck source=devstack/plugin.sh
    source "$HERE/plugin.sh"
done
