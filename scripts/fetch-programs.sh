#!/bin/sh
# Fetches the real programs that the tests run (test/support/programs.txt) and that this machine lacks:
# as root on Debian by apt-get install, as another user by unpacking the packages into a cache folder.
# It never fails: a test whose program is missing is skipped with its reason (or, with CI set, fails).
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/aws-connections-exporter

# Prints the listed commands that are missing, or their packages: `missing 1` or `missing 2`.
missing() {
  sed 's/#.*//' "$here/test/support/programs.txt" | while read -r command package others; do
    [ -n "$command" ] || continue
    for name in $command $others; do
      if command -v "$name" || [ -x "$cache/bin/$name" ]; then continue 2; fi
    done >/dev/null
    if [ "$1" = 1 ]; then echo "$command"; else echo "$package"; fi
  done | sort -u | paste -sd ' ' -
}

# Packages such as prometheus start a daemon when they are installed and at each boot: here they do neither.
install_as_root() {
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
  fi
  apt_install="apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # the lists are meant to be split
  $apt_install "$@" || { apt-get update -q && $apt_install "$@"; } || return
  if [ -d /run/systemd/system ]; then
    dpkg -L "$@" | sed -n 's,^.*/systemd/system/\([^/]*\.\(service\|timer\)\)$,\1,p' | xargs -r systemctl disable
  fi
}

# The packages and every dependency that is not installed, unpacked under $cache/root; $cache/bin starts the programs.
unpack_as_user() {
  root=$cache/root
  mkdir -p "$cache/bin" "$cache/lists/partial" "$cache/archives/partial" "$root"
  cd "$cache/archives"
  own="-q -o Dir::State::Lists=$cache/lists -o Dir::Cache=$cache -o Debug::NoLocking=true -o APT::Sandbox::User="
  # shellcheck disable=SC2086
  {
    apt-get $own update || return
    plan=$(apt-get $own install -s --no-install-recommends "$@") || return
    apt-get $own download $(echo "$plan" | sed -n 's/^Inst \([^ ]*\) .*/\1/p') || return
  }
  for archive in *.deb; do
    dpkg-deb -x "$archive" "$root" || return
    rm "$archive"
  done
  libraries=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
  for name in $(sed 's/#.*//' "$here/test/support/programs.txt" | awk '{ $2 = ""; print }'); do
    [ -x "$root/usr/bin/$name" ] || continue
    cat >"$cache/bin/$name" <<WRAPPER
#!/bin/sh
export LD_LIBRARY_PATH="$root/usr/lib/$libraries:$root/lib/$libraries:$root/usr/lib/$libraries/systemd:$root/lib/$libraries/systemd"
program="$root/usr/bin/$name"
# A launcher that looks below /usr for its program, such as Chromium's, is passed over.
[ ! -x "$root/usr/lib/$name/$name" ] || program="$root/usr/lib/$name/$name"
case \$(head -n 1 "\$program" | tr -d '\\000') in
'#!'*python3*)
  export PYTHONPATH="$root/usr/lib/python3/dist-packages"
  for python in /usr/bin/python3 "$root/usr/bin/python3"; do
    [ ! -x "\$python" ] || exec "\$python" "\$program" "\$@"
  done ;;
esac
exec "\$program" "\$@"
WRAPPER
    chmod 755 "$cache/bin/$name"
    # What does not run here is as good as missing.
    "$cache/bin/$name" --version >/dev/null 2>&1 || rm "$cache/bin/$name"
  done
}

packages=$(missing 2)
[ -n "$packages" ] || exit 0
if command -v apt-get >/dev/null; then
  echo "Fetching what the tests need: $packages"
  if [ "$(id -u)" = 0 ]; then fetch=install_as_root; else fetch=unpack_as_user; fi
  # shellcheck disable=SC2086
  ($fetch $packages) || echo "apt-get could not fetch all of: $packages" >&2
fi
left=$(missing 1)
if [ -n "$left" ]; then
  echo "Not found on this machine: $left. The tests that need them are skipped."
  echo "To run them too, put these programs on PATH (Debian packages: $(missing 2))."
fi
