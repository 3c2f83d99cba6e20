package io.millrace.tools.completion;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace completion}. */
@Command(
        name = "completion",
        description = "Prints what makes a shell finish words of this command.",
        footer = {
            "",
            "Examples:",
            "  millrace completion bash      # put into ~/.bashrc: source <(millrace completion bash)",
            "  millrace completion zsh       # put into ~/.zshrc:  source <(millrace completion zsh)"
        })
public final class CompletionCommand implements Callable<Integer> {
    /** Bash splits words at : and = as well, which addresses have in them: its own words are of no use. */
    private static final String BASH = """
            _millrace() {
              local line=${COMP_LINE:0:COMP_POINT} words
              read -ra words <<< "$line"
              [[ $line == *[[:blank:]] ]] && words+=("")
              local last=${words[${#words[@]}-1]}
              mapfile -t COMPREPLY < <("${words[0]/#\\~/$HOME}" complete -- "${words[@]:1}" 2>/dev/null)
              local kept=${last%"${last##*[:=]}"}
              COMPREPLY=("${COMPREPLY[@]#"$kept"}")
              (( ${#COMPREPLY[@]} )) || compopt -o default
            }
            complete -F _millrace millrace ./millrace
            """;

    private static final String ZSH = """
            _millrace() {
              local -a found
              found=(${(f)"$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
              (( ${#found} )) && compadd -a found || _files
            }
            compdef _millrace millrace
            """;

    private final Terminal terminal;

    @Parameters(paramLabel = "bash|zsh")
    private String shell = "";

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        switch (shell) {
            case "bash" -> terminal.out().print(BASH);
            case "zsh" -> terminal.out().print(ZSH);
            default -> throw Failure.usage("There is no completion for '" + shell + "'; it is bash or zsh");
        }
        return 0;
    }
}
