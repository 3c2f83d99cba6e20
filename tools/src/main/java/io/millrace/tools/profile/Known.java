package io.millrace.tools.profile;

import io.millrace.tools.connect.Profiles;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Nearest;
import java.util.Map;
import java.util.Optional;

/** Profiles that are there. */
final class Known {
    private Known() {}

    /** @throws Failure naming the profile that was likely meant */
    static Map<String, String> settings(Profiles profiles, String name) {
        return Optional.ofNullable(profiles.clusters().get(name))
                .orElseThrow(() -> Failure.of("There is no profile '" + name + "'"
                        + Nearest.to(name, profiles.clusters().keySet())
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("; millrace profile set " + name + " bootstrap=HOST:PORT makes one")));
    }
}
