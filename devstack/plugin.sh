#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Trove under DevStack. stack.sh sources this with a mode and a phase:
#
#     stack pre-install | install | post-config | extra | test-config
#     unstack
#     clean
#
# Functions that are not defined here (iniset, run_process, ...) are
# DevStack's own. Each phase may be run twice.

# Save trace setting
_XTRACE_TROVE=$(set +o | grep xtrace)
set +o xtrace

TROVE_BIN_DIR=$(get_python_exec_prefix)
TROVE_EXTRAS="control,mysql"

# Whether one of Trove's services is wanted on this host.
function is_trove_enabled {
    [[ ,${ENABLED_SERVICES} =~ ,"tr-" ]]
}

# --- pre-install, install

function install_trove_packages {
    # What images are made with, and the broker's own tools.
    install_package mmdebstrap qemu-utils extlinux fdisk zstd
}

function install_trove {
    setup_develop "$TROVE_DIR" "$TROVE_EXTRAS"
    if is_service_enabled horizon; then
        git_clone "$TROVE_DASHBOARD_REPO" "$TROVE_DASHBOARD_DIR" \
            "$TROVE_DASHBOARD_BRANCH"
        setup_develop "$TROVE_DASHBOARD_DIR"
        local panel
        for panel in "$TROVE_DASHBOARD_DIR"/trove_dashboard/enabled/_*.py; do
            ln -sf "$panel" "$HORIZON_DIR/openstack_dashboard/local/enabled/"
        done
    fi
}

function install_python_troveclient {
    if use_library_from_git "python-troveclient"; then
        git_clone "$TROVE_CLIENT_REPO" "$TROVE_CLIENT_DIR" \
            "$TROVE_CLIENT_BRANCH"
        setup_develop "$TROVE_CLIENT_DIR"
    else
        pip_install python-troveclient
    fi
}

# --- post-config

function create_trove_accounts {
    create_service_user "trove" "admin"
    get_or_create_service "trove" "database" "Database as a Service"
    get_or_create_endpoint "database" "$REGION_NAME" \
        "$TROVE_SERVICE_PROTOCOL://$TROVE_SERVICE_HOST:$TROVE_SERVICE_PORT/v1.0/\$(project_id)s"
}

# A user and a virtual host of Trove's own: guests get users in it too, so it
# is nobody else's. The password is in a file, never in a command line.
function configure_trove_broker {
    if [[ ! -s "$TROVE_BROKER_PASSWORD_FILE" ]]; then
        (umask 077 && openssl rand -hex 24 > "$TROVE_BROKER_PASSWORD_FILE")
    fi
    sudo rabbitmq-plugins enable --quiet rabbitmq_management
    sudo rabbitmqctl --quiet list_vhosts | grep -qx "$TROVE_BROKER_VHOST" \
        || sudo rabbitmqctl --quiet add_vhost "$TROVE_BROKER_VHOST"
    if ! sudo rabbitmqctl --quiet list_users | cut -f1 \
            | grep -qx "$TROVE_BROKER_USER"; then
        # rabbitmqctl asks its standard input for the password.
        sudo rabbitmqctl --quiet add_user "$TROVE_BROKER_USER" \
            <<< "$(< "$TROVE_BROKER_PASSWORD_FILE")"
    fi
    sudo rabbitmqctl --quiet set_user_tags "$TROVE_BROKER_USER" administrator
    sudo rabbitmqctl --quiet set_permissions -p "$TROVE_BROKER_VHOST" \
        "$TROVE_BROKER_USER" '.*' '.*' '.*'
}

function create_trove_configuration {
    sudo install -d -m 700 -o "$STACK_USER" "$TROVE_CONF_DIR"
    rm -f "$TROVE_CONF"
    touch "$TROVE_CONF"
    chmod 600 "$TROVE_CONF"
}

function configure_trove {
    create_trove_configuration
    configure_trove_broker
    if [[ ! -s "$TROVE_KEYRING" ]]; then
        "$TROVE_BIN_DIR/trove-manage" --config-file "$TROVE_CONF" \
            keyring_new "$TROVE_KEYRING"
    fi

    iniset "$TROVE_CONF" DEFAULT debug "$ENABLE_DEBUG_LOG_LEVEL"
    iniset "$TROVE_CONF" DEFAULT bind_host \
        "$(ipv6_unquote "$SERVICE_LISTEN_ADDRESS")"
    iniset "$TROVE_CONF" DEFAULT bind_port "$TROVE_SERVICE_PORT"
    iniset "$TROVE_CONF" DEFAULT transport_url "$(trove_transport_url)"
    iniset "$TROVE_CONF" DEFAULT trove_api_workers "$API_WORKERS"
    iniset "$TROVE_CONF" database connection \
        "$(database_connection_url trove)"
    iniset "$TROVE_CONF" secrets keys_file "$TROVE_KEYRING"

    iniset "$TROVE_CONF" guest_link broker_virtual_host "$TROVE_BROKER_VHOST"
    iniset "$TROVE_CONF" guest_link management_url \
        "http://$RABBIT_HOST:$TROVE_BROKER_MANAGEMENT_PORT"
    iniset "$TROVE_CONF" guest_link management_user "$TROVE_BROKER_USER"
    iniset "$TROVE_CONF" guest_link management_password_file \
        "$TROVE_BROKER_PASSWORD_FILE"

    configure_keystone_authtoken_middleware "$TROVE_CONF" trove
    iniset "$TROVE_CONF" keystone_authtoken service_token_roles_required True
    configure_trove_credentials
    setup_logging "$TROVE_CONF"
}

function trove_transport_url {
    echo "rabbit://$TROVE_BROKER_USER:$(< "$TROVE_BROKER_PASSWORD_FILE")@$RABBIT_HOST:$TROVE_BROKER_PORT/$TROVE_BROKER_VHOST"
}

# Who makes servers, volumes and ports, and vouches for its callers.
function configure_trove_credentials {
    local key
    iniset "$TROVE_CONF" service_user send_service_user_token True
    iniset "$TROVE_CONF" service_credentials auth_url "$KEYSTONE_SERVICE_URI/v3"
    iniset "$TROVE_CONF" service_credentials region_name "$REGION_NAME"
    iniset "$TROVE_CONF" service_credentials username trove
    iniset "$TROVE_CONF" service_credentials password "$SERVICE_PASSWORD"
    iniset "$TROVE_CONF" service_credentials project_name \
        "$SERVICE_PROJECT_NAME"
    for key in user_domain_name project_domain_name; do
        iniset "$TROVE_CONF" service_credentials $key "$SERVICE_DOMAIN_NAME"
    done
    if is_service_enabled tls-proxy; then
        iniset "$TROVE_CONF" service_credentials cafile "$SSL_BUNDLE_FILE"
    fi
}

function init_trove {
    recreate_database trove
    "$TROVE_BIN_DIR/trove-manage" --config-file "$TROVE_CONF" db_sync
}

# --- extra: the cloud is there

# The network, and this host's own card in it: guests dial RabbitMQ there.
function create_trove_mgmt_network {
    local network subnet
    network=$(trove_find network "$TROVE_MGMT_NETWORK_NAME")
    if [[ -z "$network" ]]; then
        network=$(openstack network create "$TROVE_MGMT_NETWORK_NAME" \
            --project "$SERVICE_PROJECT_NAME" -f value -c id)
    fi
    subnet=$(trove_find subnet "$TROVE_MGMT_SUBNET_NAME")
    if [[ -z "$subnet" ]]; then
        openstack subnet create "$TROVE_MGMT_SUBNET_NAME" \
            --network "$network" --project "$SERVICE_PROJECT_NAME" \
            --gateway none --subnet-range "$TROVE_MGMT_SUBNET_RANGE" \
            --allocation-pool \
            "start=$TROVE_MGMT_SUBNET_START,end=$TROVE_MGMT_SUBNET_END" \
            -f value -c id
    fi
    iniset "$TROVE_CONF" DEFAULT management_networks "$network"
}

function create_trove_mgmt_group {
    local group project
    project=$(openstack project show "$SERVICE_PROJECT_NAME" -f value -c id)
    group=$(openstack security group list --project "$project" -f value \
        -c ID -c Name | awk -v name="$TROVE_MGMT_SECURITY_GROUP" \
        '$2 == name {print $1; exit}')
    if [[ -z "$group" ]]; then
        group=$(openstack security group create \
            "$TROVE_MGMT_SECURITY_GROUP" --project "$project" \
            --description "Trove: guests dial out" -f value -c id)
    fi
    iniset "$TROVE_CONF" DEFAULT management_security_groups "$group"
}

# The id of a thing by its name, or nothing.
function trove_find {
    openstack "$1" list --name "$2" -f value -c ID | head -n 1
}

# Plug this host into the management network, as a port of Neutron's.
function plug_trove_host {
    local port mac address
    port=$(trove_find port "$TROVE_MGMT_PORT_NAME")
    if [[ -z "$port" ]]; then
        port=$(openstack port create "$TROVE_MGMT_PORT_NAME" \
            --network "$TROVE_MGMT_NETWORK_NAME" \
            --project "$SERVICE_PROJECT_NAME" \
            --device-owner trove:host --host "$(hostname)" \
            --disable-port-security --no-security-group -f value -c id)
    fi
    mac=$(openstack port show "$port" -f value -c mac_address)
    address=$(openstack port show "$port" -f json -c fixed_ips \
        | python3 -c \
        'import json, sys; print(json.load(sys.stdin)["fixed_ips"][0]["ip_address"])')
    sudo ovs-vsctl --may-exist add-port "${OVS_BRIDGE:-br-int}" \
        "$TROVE_MGMT_INTERFACE" \
        -- set Interface "$TROVE_MGMT_INTERFACE" type=internal \
        -- set Interface "$TROVE_MGMT_INTERFACE" \
        external-ids:iface-status=active \
        -- set Interface "$TROVE_MGMT_INTERFACE" \
        "external-ids:attached-mac=$mac" \
        -- set Interface "$TROVE_MGMT_INTERFACE" \
        "external-ids:iface-id=$port"
    sudo ip link set dev "$TROVE_MGMT_INTERFACE" address "$mac" up
    sudo ip address replace \
        "$address/${TROVE_MGMT_SUBNET_RANGE#*/}" dev "$TROVE_MGMT_INTERFACE"
    iniset "$TROVE_CONF" guest_link broker_hosts \
        "$address:$TROVE_BROKER_PORT"
}

function create_trove_flavors {
    local each name ram disk vcpus
    for each in $TROVE_FLAVORS; do
        IFS=: read -r name ram disk vcpus <<< "$each"
        if ! openstack flavor show "$name" -f value -c id >/dev/null 2>&1; then
            openstack flavor create "$name" --ram "$ram" --disk "$disk" \
                --vcpus "$vcpus" -f value -c id
        fi
    done
}

# Build the image and offer it. Build more later with the same two commands.
function create_trove_datastore {
    local image type=$TROVE_DATASTORE_TYPE version=$TROVE_DATASTORE_VERSION
    image=$(sudo --preserve-env "$(command -v python3)" \
        "$TROVE_DIR/tools/trove-image" build "$type" "$version" \
        --format qcow2 --upload --image-dir "$TROVE_IMAGE_DIR" | tail -n 1)
    trove_manage datastore_update "$type" ""
    trove_manage datastore_version_update "$type" "$version" "$type" \
        "$image" "" 1
    trove_manage datastore_update "$type" "$version"
    trove_manage db_load_datastore_config_parameters "$type" "$version"
}

function trove_manage {
    "$TROVE_BIN_DIR/trove-manage" --config-file "$TROVE_CONF" "$@"
}

# --- processes

function start_trove {
    if is_service_enabled tr-api; then
        run_process tr-api \
            "$TROVE_BIN_DIR/trove-api --config-file $TROVE_CONF"
    fi
    if is_service_enabled tr-tmgr; then
        run_process tr-tmgr \
            "$TROVE_BIN_DIR/trove-taskmanager --config-file $TROVE_CONF"
    fi
    if is_service_enabled tr-cond; then
        run_process tr-cond \
            "$TROVE_BIN_DIR/trove-conductor --config-file $TROVE_CONF"
    fi
}

function stop_trove {
    local service
    for service in tr-api tr-tmgr tr-cond; do
        stop_process "$service"
    done
}

# --- clean

function unplug_trove_host {
    sudo ovs-vsctl --if-exists del-port "$TROVE_MGMT_INTERFACE"
}

function cleanup_trove {
    sudo rabbitmqctl --quiet delete_user "$TROVE_BROKER_USER" || true
    sudo rabbitmqctl --quiet delete_vhost "$TROVE_BROKER_VHOST" || true
    sudo rm -rf "$TROVE_CONF_DIR"
}

# --- the phases

function trove_stack {
    case "$1" in
        pre-install)
            install_trove_packages
            ;;
        install)
            echo_summary "Installing Trove"
            install_trove
            install_python_troveclient
            ;;
        post-config)
            echo_summary "Configuring Trove"
            configure_trove
            if is_service_enabled key; then
                create_trove_accounts
            fi
            init_trove
            ;;
        extra)
            echo_summary "Starting Trove"
            create_trove_mgmt_network
            create_trove_mgmt_group
            plug_trove_host
            create_trove_flavors
            start_trove
            if [[ "$TROVE_ENABLE_IMAGE_BUILD" == "True" ]]; then
                echo_summary "Building $TROVE_DATASTORE_TYPE $TROVE_DATASTORE_VERSION"
                create_trove_datastore
            fi
            ;;
        test-config)
            if is_service_enabled tempest; then
                iniset "$TEMPEST_CONFIG" service_available trove True
            fi
            ;;
    esac
}

if is_trove_enabled; then
    case "$1" in
        stack)
            trove_stack "$2"
            ;;
        unstack)
            stop_trove
            unplug_trove_host
            ;;
        clean)
            cleanup_trove
            ;;
    esac
fi

# Restore xtrace
$_XTRACE_TROVE
