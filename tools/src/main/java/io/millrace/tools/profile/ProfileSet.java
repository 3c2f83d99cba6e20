package io.millrace.tools.profile;

import io.millrace.tools.connect.Profiles;
import io.millrace.tools.connect.ProfilesFile;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace profile set}. */
@Command(
        name = "set",
        description = "Makes a profile, or changes it: bootstrap, timeout, command-config, and settings of clients. An"
                + " empty value takes a setting out.",
        footer = {
            "",
            "Examples:",
            "  millrace profile set local bootstrap=127.0.0.1:9092",
            "  millrace profile set local timeout=30s client.id=ops"
        })
final class ProfileSet implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "NAME")
    private String name = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY=VALUE")
    private List<String> words = new ArrayList<>();

    ProfileSet(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw Failure.usage("'" + word + "' is not KEY=VALUE");
            }
            settings.put(word.substring(0, equals), word.substring(equals + 1));
        }
        ProfilesFile file = ProfilesFile.of(terminal);
        Profiles profiles = file.read();
        boolean first = profiles.clusters().isEmpty();
        Profiles changed = profiles.set(name, settings);
        file.write(first ? changed.use(name) : changed);
        terminal.out().println("Set '" + name + "' in " + file.path());
        return 0;
    }
}
