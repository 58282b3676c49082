#!/usr/bin/env bash
# One private RabbitMQ for tests: own HOME, cookie, node name, ports and epmd, all kept in DIR, on loopback only.
#
#   broker.sh start DIR               starts it, or starts it again on the data and ports that DIR already has;
#                                     returns when it accepts AMQP and prints KEY=VALUE lines:
#                                     AMQP_URL AMQP_HOST AMQP_PORT AMQP_USER AMQP_PASSWORD BROKER_PID EPMD_PID
#   broker.sh restart DIR             stops and starts the node; what is durable stays (prints the same)
#   broker.sh crash DIR               kill -9 of the node; `start` brings it back
#   broker.sh stop DIR                ends the node and its epmd; harmless if they are gone
#   broker.sh vhost DIR NAME          adds a virtual host that AMQP_USER may use; prints AMQP_URL for it
#   broker.sh user DIR VHOST NAME PASSWORD CONFIGURE WRITE READ
#                                     adds a user, or changes it, with these permission patterns; prints AMQP_URL
#   broker.sh ctl DIR ARG…            rabbitmqctl on this node
set -euo pipefail

usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 64; }
fail() { echo "broker.sh: $*" >&2; exit 1; }

[ $# -ge 2 ] || usage
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
shift 2

bin=/usr/lib/rabbitmq/bin
user=tidings
password=tidings
start_limit_s=90

[ -x "$bin/rabbitmq-server" ] || fail "$bin/rabbitmq-server is missing (expected Debian's package rabbitmq-server)"

alive() { [ -s "$dir/$1.pid" ] && kill -0 "$(cat "$dir/$1.pid")" 2>/dev/null; }

wait_gone() { # NAME SECONDS: true once the process of NAME.pid has ended
  for _ in $(seq $(($2 * 20))); do
    alive "$1" || return 0
    sleep 0.05
  done
  return 1
}

end() { # NAME SECONDS: asks the process of NAME.pid to end, then makes it
  alive "$1" || return 0
  kill -TERM "$(cat "$dir/$1.pid")" 2>/dev/null || true
  wait_gone "$1" "$2" && return 0
  kill -KILL "$(cat "$dir/$1.pid")" 2>/dev/null || true
  wait_gone "$1" 5 || fail "process $(cat "$dir/$1.pid") ($1) does not end"
}

prepare() { # chooses ports and writes the configuration, once for a DIR
  [ -s "$dir/ports" ] && return 0
  mkdir -p "$dir/home" "$dir/mnesia" "$dir/log"
  node -e '
    const servers = [0, 1, 2].map(() => require("net").createServer().listen(0, "127.0.0.1"));
    Promise.all(servers.map((s) => new Promise((done) => s.on("listening", done)))).then(() => {
      console.log(servers.map((s) => s.address().port).join(" "));
      servers.forEach((s) => s.close());
    });' >"$dir/ports.new"
  (umask 077; od -An -N20 -tx1 /dev/urandom | tr -d ' \n' >"$dir/home/.erlang.cookie")
  chmod 400 "$dir/home/.erlang.cookie"
  cat >"$dir/rabbitmq.conf" <<CONF
default_user = $user
default_pass = $password
loopback_users = none
disk_free_limit.absolute = 10MB
log.file.level = info
CONF
  echo '[].' >"$dir/enabled_plugins"
  mv "$dir/ports.new" "$dir/ports"
}

environment() {
  read -r amqp_port dist_port epmd_port <"$dir/ports"
  export HOME="$dir/home" LANG=C.UTF-8 LC_ALL=C.UTF-8
  export ERL_EPMD_PORT=$epmd_port ERL_EPMD_ADDRESS=127.0.0.1
  export RABBITMQ_NODENAME=tidings@localhost
  export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$amqp_port RABBITMQ_DIST_PORT=$dist_port
  export RABBITMQ_MNESIA_BASE="$dir/mnesia" RABBITMQ_LOG_BASE="$dir/log" RABBITMQ_PID_FILE="$dir/node.pid"
  export RABBITMQ_CONFIG_FILE="$dir/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$dir/advanced.config"
  export RABBITMQ_CONF_ENV_FILE="$dir/none.conf" RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins"
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 +sbwt none -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
  export RABBITMQ_CTL_ERL_ARGS="+S 1:1 +sbwt none"
}

accepts_amqp() { # a broker answers the protocol header with connection.start: frame type 1
  local first
  first=$({
    exec 3<>"/dev/tcp/127.0.0.1/$amqp_port" || exit 1
    printf 'AMQP\0\0\11\1' >&3
    timeout 2 head -c 1 <&3 | od -An -tx1
  } 2>/dev/null) || return 1
  [ "${first//[[:space:]]/}" = 01 ]
}

log_tail() { tail -n 20 "$dir/log/out.log" "$dir/log/"tidings@*.log 2>/dev/null >&2 || true; }

start() {
  prepare
  environment
  if ! alive epmd; then
    setsid epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 </dev/null >"$dir/log/epmd.log" 2>&1 &
    echo $! >"$dir/epmd.pid"
  fi
  if ! alive node; then
    rm -f "$dir/node.pid"
    setsid "$bin/rabbitmq-server" </dev/null >"$dir/log/out.log" 2>&1 &
    echo $! >"$dir/launcher.pid"
  fi
  local deadline=$((SECONDS + start_limit_s))
  until accepts_amqp; do
    if ! alive launcher && ! alive node; then log_tail; stop; fail "the broker ended while starting"; fi
    if [ $SECONDS -ge $deadline ]; then log_tail; stop; fail "no AMQP on port $amqp_port after $start_limit_s s"; fi
    sleep 0.1
  done
  cat <<LINES
AMQP_URL=amqp://$user:$password@127.0.0.1:$amqp_port
AMQP_HOST=127.0.0.1
AMQP_PORT=$amqp_port
AMQP_USER=$user
AMQP_PASSWORD=$password
BROKER_PID=$(cat "$dir/node.pid")
EPMD_PID=$(cat "$dir/epmd.pid")
LINES
}

stop_node() {
  end node 20
  end launcher 5
  rm -f "$dir/node.pid" "$dir/launcher.pid"
}

stop() {
  stop_node
  end epmd 3
  rm -f "$dir/epmd.pid"
}

crash() {
  alive node || fail "no broker runs in $dir"
  kill -KILL "$(cat "$dir/node.pid")"
  wait_gone node 5 || fail "the broker does not end"
  end launcher 5
}

ctl() {
  [ -s "$dir/ports" ] || fail "no broker was started in $dir"
  environment
  "$bin/rabbitmqctl" -q "$@" </dev/null
}

erlang_string() { printf '<<"%s"/utf8>>' "$(sed 's/[\\"]/\\&/g' <<<"$1")"; }

allow() { # VHOST USER CONFIGURE WRITE READ, as an Erlang expression
  printf 'rabbit_auth_backend_internal:set_permissions(%s, %s, %s, %s, %s, %s)' "$(erlang_string "$2")" \
    "$(erlang_string "$1")" "$(erlang_string "$3")" "$(erlang_string "$4")" "$(erlang_string "$5")" "$(erlang_string test)"
}

vhost() { # one rabbitmqctl for all, because each costs a second
  ctl eval "rabbit_vhost:add($(erlang_string "$1"), <<\"test\">>), $(allow "$1" $user '.*' '.*' '.*')." >/dev/null
  echo "AMQP_URL=amqp://$user:$password@127.0.0.1:$amqp_port/$1"
}

add_user() { # VHOST NAME PASSWORD CONFIGURE WRITE READ
  local name secret
  name=$(erlang_string "$2") secret=$(erlang_string "$3")
  ctl eval "case rabbit_auth_backend_internal:exists($name) of
    true -> rabbit_auth_backend_internal:change_password($name, $secret, <<\"test\">>);
    false -> rabbit_auth_backend_internal:add_user($name, $secret, <<\"test\">>) end,
    $(allow "$1" "$2" "$4" "$5" "$6")." >/dev/null
  echo "AMQP_URL=amqp://$2:$3@127.0.0.1:$amqp_port/$1"
}

case $command in
  start) start ;;
  restart) stop_node; start ;;
  crash) crash ;;
  stop) stop ;;
  vhost) [ $# -eq 1 ] || usage; vhost "$1" ;;
  user) [ $# -eq 6 ] || usage; add_user "$@" ;;
  ctl) ctl "$@" ;;
  *) usage ;;
esac
