#!/usr/bin/env bash
# Tillit at work on a made-up company: two thousand people, one database, one policy. Takes about a minute.
# Works from any directory. Everything it makes lies in .demo/ beside the code; running it again starts afresh.
#
#   QUALISYS_DB       another database to build the company in (its URL; an earlier demo in it is built anew)
#   QUALISYS_PEOPLE   how many people (default 2000)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
home="$root/.demo"
astrid=astrid.lindqvist@example.com
export PATH="$root/.venv/bin:$PATH"
export TILLIT_HOME="$home/register"
export QUALISYS_DB=${QUALISYS_DB:-sqlite:///$home/qualisys.sqlite}
step="before the first step"

bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi

heading() { step=$1; printf '\n%s%s%s\n\n' "$bold" "$1" "$plain"; }
say() { printf '  %s\n' "$@"; }
stop() { printf '\nThe demo stopped at: %s\n%s\n' "$step" "$1" >&2; exit 1; }

# Runs a tillit command and shows how it was called. First argument: the exit codes that are well, such as "0 1".
tillit_ends() {
    local well=" $1 " code=0
    shift
    printf '  $ tillit %s\n\n' "$*"
    tillit "$@" --project "$here" || code=$?
    [[ $well == *" $code "* ]] || stop "\`tillit $*\` ended with code $code, not with$well"
    printf '\n'
}

command -v tillit >/dev/null || stop "There is no \`tillit\` command yet: run \`make setup\` first, or \`make demo\`."
tillit --help >/dev/null 2>&1 || stop "The \`tillit\` command is there but does not start: run \`make setup\` again."
rm -rf "$home"
mkdir -p "$home"

heading "1. A company"
say "Customers, orders, invoices, support cases, job applicants, web logs. Every person in it is invented."
say "It keeps most of its promises. Not all: somebody forgot things, as somebody does."
printf '\n'
(cd "$root" && python -m examples.qualisys.company --people "${QUALISYS_PEOPLE:-2000}" --replace) ||
    stop "The company could not be built."

heading "2. Does it keep its promises?"
say "policy.yaml says what was promised, stores/business.yaml where the data lies. Each clause is held against the rows."
printf '\n'
tillit_ends "1" check

heading "3. What would be done about it"
say "Nothing is touched yet: this is only the plan."
printf '\n'
tillit_ends "0" plan

heading "4. Do it"
say "A policy that nobody has approved removes nothing. --approve says: I have seen what goes."
printf '\n'
tillit_ends "0" sweep --apply --approve

heading "5. Does it keep its promises now?"
say "What time alone could mend is mended. What is left needs somebody to think: a table and a column nobody mapped."
printf '\n'
tillit_ends "0 1" check

heading "6. What do we know about Astrid, and why?"
tillit_ends "0" explain --email "$astrid"

heading "7. Astrid wants to be forgotten"
say "She has bought things, asked for help, come to a user meeting and applied for work. Her husband lives at the same"
say "address, and another Astrid Lindqvist is a customer too; neither of them has asked for anything."
printf '\n'
tillit_ends "0 1" forget --email "$astrid" --apply --vouched-by support
say "What is left of her is told, place by place: a table nobody mapped, a note about her in her husband's row."

heading "8. It was a mistake"
say "For a while everything that was removed can be put back. For a person it takes two, and a reason."
printf '\n'
tillit_ends "0" undo last --reason withdrawn_by_person --second dpm

heading "9. Who did what?"
say "The journal holds all that was done, in a form that cannot be changed unseen."
printf '\n'
tillit_ends "0" journal list --last 12
tillit_ends "0" journal verify

heading "What to try next"
say "export TILLIT_HOME=$TILLIT_HOME QUALISYS_DB=$QUALISYS_DB"
say "tillit explain --email bjorn.lindqvist@example.com --project $here   # somebody else's reasons"
say "tillit check --project $here --format json                           # for a machine"
say "Map legacy_export in stores/business.yaml, and run tillit check again."
say "Change a period in policy.yaml, and see with tillit plan what would go."
