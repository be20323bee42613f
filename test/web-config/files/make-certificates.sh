#!/bin/sh
# Makes the certificates and keys of these tests anew, from 2020 to 2120. They open nothing but servers of tests.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/index"
echo 01 >"$work/serial"
cat >"$work/ca.cnf" <<CNF
[ca]
default_ca = here
[here]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
x509_extensions = none
[any]
commonName = supplied
[none]
CNF

ec() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }

# sign NAME SUBJECT EXTENSIONS [ISSUER]: a certificate for NAME.key, by itself without an issuer
sign() {
  printf '%b' "$3" >"$work/$1.ext"
  openssl req -new -key "$1.key" -subj "/CN=$2" -out "$work/$1.csr"
  signer=${4:+"-cert $4.pem -keyfile $4.key"}
  # shellcheck disable=SC2086
  openssl ca -batch -notext -config "$work/ca.cnf" -in "$work/$1.csr" -out "$1.pem" -extfile "$work/$1.ext" \
    -startdate "${from:-20200101000000Z}" -enddate "${to:-21200101000000Z}" ${signer:-"-selfsign" "-keyfile" "$1.key"} 2>"$work/log" || { cat "$work/log"; exit 1; }
}

for name in authority server client stranger other expired future; do ec "$name"; done
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out server-rsa.key 2>/dev/null
openssl genpkey -algorithm ED25519 -out server-ed25519.key
openssl pkey -in server.key -aes256 -passout pass:secret -out encrypted.key
openssl ec -in server.key -out server-sec1.key 2>/dev/null
openssl ecparam -name prime256v1 -genkey -out "$work/parameters" && openssl ecparam -name prime256v1 | cat - server-sec1.key >"$work/both" && mv "$work/both" server-sec1.key

local='subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n'
authority='basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n'
sign authority 'Authority of tests' "$authority"
sign server localhost "$local" authority
sign server-rsa localhost "$local" authority
sign server-ed25519 localhost "$local" authority
# The client's certificate is its own authority, as in the toolkit's tests.
sign client 'Client of tests' "${authority}subjectAltName=DNS:test3,DNS:other,email:scrape@example.com,IP:10.1.2.3,IP:2001:db8::1,URI:spiffe://example.com/scraper\n"
sign stranger 'Stranger of tests' "${authority}subjectAltName=DNS:stranger\n"
from=20200101000000Z to=20210101000000Z sign expired 'Expired' "$local" authority
from=21190101000000Z to=21200101000000Z sign future 'Not yet' "$local" authority
rm authority.key
