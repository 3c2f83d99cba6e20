package io.millrace.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.broker.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/operations.md lists every setting with its type and default, and no other. */
class OperationsDocTest {
    private static final Path DOC = Path.of("..", "docs", "operations.md");

    @Test
    void theTableOfSettingsIsThatOfTheCode() throws IOException {
        List<String> documented = Files.readAllLines(DOC).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        List<String> wanted =
                BrokerConfig.allSettings().stream().map(OperationsDocTest::row).toList();
        assertEquals(String.join("\n", wanted), String.join("\n", documented));
    }

    private static <T> String row(Setting<T> setting) {
        String value = setting.format(setting.defaultValue());
        return "| `%s` | %s | %s | %s |"
                .formatted(
                        setting.name(),
                        setting.type().name().toLowerCase(java.util.Locale.ROOT),
                        value.isEmpty() ? "" : "`" + value + "`",
                        setting.doc());
    }
}
