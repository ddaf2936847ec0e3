package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// bashCompletion returns a script for bash. What the previous word asks for
// goes first, then flags, then commands; bash adds files itself.
func bashCompletion() string {
	var b strings.Builder
	b.WriteString(`# bash completion for finwait
_finwait() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=report word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
`)
	fmt.Fprintf(&b, "        %s) cmd=$word; break ;;\n        esac\n    done\n    case $cmd:$prev in\n", strings.Join(names(commands()), "|"))
	for _, cmd := range commands() {
		cmd.flags().VisitAll(func(f *pflag.Flag) {
			if words, open := flagOffers(f); words != nil {
				var cases []string
				for _, name := range flagNames(f) {
					cases = append(cases, cmd.name+":"+name)
				}
				more := ""
				if open {
					more = "compopt -o nospace 2>/dev/null; "
				}
				fmt.Fprintf(&b, "    %s) %sCOMPREPLY=($(compgen -W '%s' -- \"$2\")); return ;;\n",
					strings.Join(cases, "|"), more, strings.Join(words, " "))
			}
		})
		if words := cmd.words(); words != nil {
			fmt.Fprintf(&b, "    %s:%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n",
				cmd.name, cmd.name, strings.Join(words, " "))
		}
	}
	b.WriteString("    esac\n    if [[ $cur == -* ]]; then\n        case $cmd in\n")
	for _, cmd := range commands() {
		flags := []string{"--help"}
		cmd.flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, flagNames(f)...) })
		fmt.Fprintf(&b, "        %s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;\n", cmd.name, strings.Join(flags, " "))
	}
	fmt.Fprintf(&b, `        esac
        return
    fi
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W '%s' -- "$cur"))
    fi
}
complete -o default -F _finwait finwait
`, strings.Join(names(commands()), " "))
	return b.String()
}

// zshCompletion returns a script for zsh.
func zshCompletion() string {
	var b strings.Builder
	b.WriteString("#compdef finwait\n# zsh completion for finwait\n_finwait() {\n    local -a cmds\n    cmds=(\n")
	for _, cmd := range commands() {
		fmt.Fprintf(&b, "        %s\n", quoted(cmd.name+":"+cmd.short))
	}
	b.WriteString(`    )
    local cmd=report word
    for word in ${words[2,CURRENT-1]}; do
        if (( ${cmds[(I)${word}:*]} )); then cmd=$word; break; fi
    done
    if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
        _describe command cmds
    fi
    case $cmd in
`)
	for _, cmd := range commands() {
		fmt.Fprintf(&b, "    %s) _arguments -S \\\n        '(--help -h)'{--help,-h}'[print what the command does]' \\\n", cmd.name)
		cmd.flags().VisitAll(func(f *pflag.Flag) {
			spec := "[" + strings.NewReplacer("[", "(", "]", ")", ":", `\:`).Replace(summary(f)) + "]"
			switch words, open := flagOffers(f); {
			case open:
				spec += ":" + f.Name + ":{compadd -S \"\" " + strings.Join(words, " ") + "}"
			case words != nil:
				spec += ":" + f.Name + ":(" + strings.Join(words, " ") + ")"
			case takesValue(f):
				spec += ":" + f.Name + ":_files"
			}
			for _, name := range flagNames(f) {
				fmt.Fprintf(&b, "        %s \\\n", quoted("*"+name+spec))
			}
		})
		rest := "*:file:_files"
		if words := cmd.words(); words != nil {
			rest = "*: :(" + strings.Join(words, " ") + ")"
		}
		fmt.Fprintf(&b, "        %s ;;\n", quoted(rest))
	}
	b.WriteString("    esac\n}\ncompdef _finwait finwait\n")
	return b.String()
}

// fishCompletion returns a script for fish.
func fishCompletion() string {
	var b strings.Builder
	b.WriteString("# fish completion for finwait\n")
	all := strings.Join(names(commands()), " ")
	none := "not __fish_seen_subcommand_from " + all
	for _, cmd := range commands() {
		fmt.Fprintf(&b, "complete -c finwait -n '%s' -a %s -d %s\n", none, cmd.name, quoted(cmd.short))
		condition := "__fish_seen_subcommand_from " + cmd.name
		if cmd.name == "report" {
			condition += "; or " + none
		}
		cmd.flags().VisitAll(func(f *pflag.Flag) {
			fmt.Fprintf(&b, "complete -c finwait -n '%s' -l %s", condition, f.Name)
			if f.Shorthand != "" {
				fmt.Fprintf(&b, " -s %s", f.Shorthand)
			}
			switch words, _ := flagOffers(f); {
			case words != nil:
				fmt.Fprintf(&b, " -x -a '%s'", strings.Join(words, " "))
			case takesValue(f):
				b.WriteString(" -r")
			}
			fmt.Fprintf(&b, " -d %s\n", quoted(summary(f)))
		})
		if words := cmd.words(); words != nil {
			fmt.Fprintf(&b, "complete -c finwait -f -n '%s' -a '%s'\n", condition, strings.Join(words, " "))
		}
	}
	b.WriteString("complete -c finwait -s h -l help -d 'print what the command does'\n")
	return b.String()
}

// quoted returns s in single quotes, as all three shells take it.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
