package io.millrace.tools.profile;

import io.millrace.tools.connect.Profiles;
import io.millrace.tools.connect.ProfilesFile;
import io.millrace.tools.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace profile use}. */
@Command(
        name = "use",
        description = "Makes a profile the one that is meant if no other is named.",
        footer = {"", "Examples:", "  millrace profile use local"})
final class ProfileUse implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NAME")
    private String name = "";

    ProfileUse(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ProfilesFile file = ProfilesFile.of(terminal);
        Profiles profiles = file.read();
        Known.settings(profiles, name);
        file.write(profiles.use(name));
        terminal.out().println("Using '" + name + "'");
        return 0;
    }
}
