package io.millrace.tools.connect;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The file that holds a user's profiles: {@code $MILLRACE_CONFIG}, or {@code ~/.config/millrace/config}. */
public record ProfilesFile(Path path) {
    public static ProfilesFile of(Terminal terminal) {
        return new ProfilesFile(
                terminal.variable("MILLRACE_CONFIG").map(Path::of).orElseGet(() -> terminal.variable("XDG_CONFIG_HOME")
                        .map(Path::of)
                        .orElseGet(() -> terminal.home().resolve(".config"))
                        .resolve("millrace")
                        .resolve("config")));
    }

    /** None if there is no file. */
    public Profiles read() {
        if (!Files.exists(path)) {
            return Profiles.NONE;
        }
        try {
            return Profiles.parse(path.toString(), Files.readAllLines(path));
        } catch (IOException e) {
            throw Failure.usage("Cannot read the profiles in " + path + ": " + e.getMessage());
        }
    }

    /** Replaces the file whole, so that nobody reads half of it. Comments in it are lost. */
    public void write(Profiles profiles) {
        try {
            Path folder = Files.createDirectories(path.toAbsolutePath().getParent());
            Path fresh = Files.createTempFile(folder, "config", ".new"); // its owner's alone, as secrets may be in it
            Files.write(fresh, profiles.lines());
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Failure.of("Cannot write the profiles to " + path + ": " + e.getMessage());
        }
    }
}
