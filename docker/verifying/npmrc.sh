# Sourced by docker/verify: npm's settings for the build, which reach it as a secret and stay in no layer.

# Prints the registry that npm uses here, and the certificates that this system trusts beyond the usual ones.
npmrc() {
  printf 'registry=%s\n' "$(npm config get registry 2>/dev/null)"
  local file
  for file in /usr/local/share/ca-certificates/*.crt; do
    [ -s "$file" ] || continue
    awk '/BEGIN CERTIFICATE/ { inside = 1; text = "" }
         inside { text = text $0 "\\n" }
         /END CERTIFICATE/ { inside = 0; print "ca[]=\"" text "\"" }' "$file"
  done
}
