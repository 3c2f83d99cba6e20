package io.millrace.tools.profile;

import io.millrace.tools.connect.Profiles;
import io.millrace.tools.connect.ProfilesFile;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Terminal;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace profile show}. */
@Command(
        name = "show",
        description = "Shows a profile's settings; without a name the current one's. Secrets are not shown.",
        footer = {"", "Examples:", "  millrace profile show local", "  millrace profile show -o yaml"})
final class ProfileShow implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "NAME")
    private String name = "";

    @Mixin
    private Output output;

    ProfileShow(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Profiles profiles = ProfilesFile.of(terminal).read();
        String wanted = name.isEmpty()
                ? profiles.current()
                        .orElseThrow(() -> Failure.of("No profile is in use; millrace profile use NAME chooses one"))
                : name;
        Map<String, String> settings = Known.settings(profiles, wanted);
        Sheet sheet = new Sheet().field("profile", wanted);
        settings.forEach((key, value) -> sheet.field(key, isSecret(key) ? "(secret)" : value));
        output.sheet(sheet);
        return 0;
    }

    private static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.contains("password") || lower.contains("secret") || lower.contains("jaas");
    }
}
