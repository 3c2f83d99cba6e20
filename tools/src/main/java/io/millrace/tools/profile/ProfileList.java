package io.millrace.tools.profile;

import io.millrace.tools.connect.Profiles;
import io.millrace.tools.connect.ProfilesFile;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import io.millrace.tools.terminal.Terminal;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace profile list}. */
@Command(
        name = "list",
        description = "Lists the clusters that have names.",
        footer = {"", "Examples:", "  millrace profile list", "  millrace profile list -o json"})
final class ProfileList implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private Output output;

    private record Row(String name, boolean current, Map<String, String> settings) {}

    ProfileList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ProfilesFile file = ProfilesFile.of(terminal);
        Profiles profiles = file.read();
        Table<Row> table = Table.<Row>of()
                .text("profile", Row::name)
                .text("current", row -> output.isForPeople() ? row.current() ? "*" : "" : row.current())
                .text("bootstrap", row -> Optional.ofNullable(row.settings().get("bootstrap")));
        output.rows(
                table,
                profiles.clusters().entrySet().stream()
                        .map(entry -> new Row(
                                entry.getKey(),
                                profiles.current()
                                        .filter(entry.getKey()::equals)
                                        .isPresent(),
                                entry.getValue()))
                        .toList(),
                "No profiles in " + file.path() + " yet; millrace profile set NAME bootstrap=HOST:PORT makes one");
        return 0;
    }
}
