#!/usr/bin/env bash
# Tillit at work on a made-up company: two thousand people, four databases, one policy. Takes about two minutes.
# Works from any directory. Everything it makes lies in .demo/ beside the code; running it again starts afresh.
#
#   QUALISYS_DB, QUALISYS_WEB, QUALISYS_MARKETING, QUALISYS_RECRUITMENT
#                     other databases to build the company in (URLs; an earlier demo in them is built anew)
#   QUALISYS_PEOPLE   how many people (default 2000)

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
home="$root/.demo"
astrid=astrid.lindqvist@example.com
export PATH="$root/.venv/bin:$PATH"
export TILLIT_HOME="$home/register"
export QUALISYS_DB=${QUALISYS_DB:-sqlite:///$home/business.sqlite}
export QUALISYS_WEB=${QUALISYS_WEB:-sqlite:///$home/web.sqlite}
export QUALISYS_MARKETING=${QUALISYS_MARKETING:-sqlite:///$home/marketing.sqlite}
export QUALISYS_RECRUITMENT=${QUALISYS_RECRUITMENT:-sqlite:///$home/recruitment.sqlite}
export QUALISYS_FILES=$home/applicants
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

# The first errors that the linter finds in the published policy, each in one line, and how many there are.
lint_published() {
    local found code=0
    printf '  $ tillit lint published.yaml --severity error\n\n'
    found=$(tillit lint "$here/published.yaml" --severity error --project "$here") || code=$?
    [[ $code == 1 ]] || stop "\`tillit lint published.yaml\` ended with code $code, not with 1"
    grep -m 12 '^  error ' <<<"$found" || stop "The linter found no errors in the published policy."
    printf '  ...\n\n%s\n\n' "$(tail -n 1 <<<"$found")"
}

command -v tillit >/dev/null || stop "There is no \`tillit\` command yet: run \`make setup\` first, or \`make demo\`."
tillit --help >/dev/null 2>&1 || stop "The \`tillit\` command is there but does not start: run \`make setup\` again."
rm -rf "$home"
mkdir -p "$home"

heading "1. What a company published"
say "A privacy policy, as a file (published.yaml): what it says, and what it leaves unsaid. Before anybody can keep it,"
say "somebody must know what it means. These are the errors; it has warnings and notes as well."
printf '\n'
lint_published
say "policy.yaml is the same policy, mended: each change in it names the finding that it answers."
printf '\n'
tillit_ends "0" lint

heading "2. The company"
say "Customers, orders, support cases, letters, job applicants, logs of the website. Every person in it is invented."
say "It keeps most of its promises. Not all: somebody forgot things, as somebody does."
printf '\n'
(cd "$root" && python -m examples.qualisys.company --people "${QUALISYS_PEOPLE:-2000}" --replace) ||
    stop "The company could not be built."
printf '\n'
say "What people agreed to was noted in four places. From now on it stands in Tillit's register, with the moment and how."
printf '\n'
(cd "$root" && python -m examples.qualisys.company.consents --project "$here") || stop "The consents were not brought in."

heading "3. Does it keep its promises?"
say "policy.yaml says what was promised, stores/*.yaml where the data lies. Each clause is held against the rows."
printf '\n'
tillit_ends "1" check

heading "4. What would be done about it"
say "Nothing is touched yet: this is only the plan."
printf '\n'
tillit_ends "0" plan

heading "5. Do it"
say "A policy that nobody has approved removes nothing. --approve says: I have seen what goes."
printf '\n'
tillit_ends "0" sweep --apply --approve

heading "6. Does it keep its promises now?"
say "What time alone could mend is mended. What is left needs somebody to think: a table and a column nobody mapped,"
say "a card number in a case, a password as it was typed, a group that names its members, data sent to a stranger."
printf '\n'
tillit_ends "0 1" check

heading "7. What do we know about Astrid, and why?"
tillit_ends "0" explain --email "$astrid"

heading "8. Astrid asks what is held about her"
say "The answer is a letter and a package to open: a page, CSV and JSON, with digests. Nothing in it can run."
printf '\n'
tillit_ends "0" request access --email "$astrid" --apply --vouched-by support --language en --to "$home/astrid"

heading "9. Astrid wants to be forgotten"
say "She has bought things, asked for help, come to a user meeting, read our letters, shown us where she is, and applied"
say "for work: four databases. Her husband lives at the same address, and another Astrid Lindqvist is a customer too;"
say "neither of them has asked for anything."
printf '\n'
tillit_ends "0 1" forget --email "$astrid" --apply --vouched-by support
say "What is left of her is told, place by place: a table nobody mapped, a note about her in her husband's row."

heading "10. It was a mistake"
say "For a while everything that was removed can be put back. For a person it takes two, and a reason."
printf '\n'
tillit_ends "0" undo last --reason withdrawn_by_person --second dpm

heading "11. Who did what?"
say "The journal holds all that was done, in a form that cannot be changed unseen."
printf '\n'
tillit_ends "0" journal list --last 12
tillit_ends "0" journal verify

heading "12. What the company can show"
say "The privacy notice, the record of processing activities, and the policy with the state of each clause beside it:"
say "all written from the same file that is enforced."
printf '\n'
tillit_ends "0" render notice --output "$home/notice.html"
tillit_ends "0" render record --output "$home/record.html"
tillit_ends "0" render report --output "$home/report.html"

heading "What to try next"
say "Open .demo/report.html, .demo/notice.html and what lies in .demo/astrid/."
say "export TILLIT_HOME=$TILLIT_HOME"
say "export QUALISYS_DB=$QUALISYS_DB QUALISYS_WEB=$QUALISYS_WEB"
say "export QUALISYS_MARKETING=$QUALISYS_MARKETING QUALISYS_RECRUITMENT=$QUALISYS_RECRUITMENT"
say "tillit explain --email bjorn.lindqvist@example.com --project $here   # somebody else's reasons"
say "tillit check --project $here --format json                           # for a machine"
say "Map legacy_export in stores/business.yaml, and run tillit check again."
say "Change a period in policy.yaml, and see with tillit plan what would go."
