package io.millrace.tools.connect;

import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Nearest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster that was chosen: where to begin, how long to wait, and the settings of clients.
 *
 * @param name the profile's, if it came from one
 * @param bootstrap host:port with commas between, or zookeeper://host:port/chroot
 * @param timeout how long an answer may take, all attempts together
 * @param commandConfig a properties file that is still to be read
 * @param settings with Kafka's keys; those of the file are weaker
 */
public record ClusterChoice(
        Optional<String> name,
        String bootstrap,
        Optional<Duration> timeout,
        Optional<String> commandConfig,
        Map<String, String> settings) {
    static final String LOCAL = "127.0.0.1:9092";

    /** What an option said, or the environment; empty where they were silent. */
    record Said(
            Optional<String> bootstrap,
            Optional<String> cluster,
            Optional<String> timeout,
            Optional<String> commandConfig,
            Map<String, String> settings) {}

    /**
     * Options win over the environment, which wins over the profile; without any it is the broker of this machine. Who
     * names a cluster by option does not mean the environment's addresses.
     *
     * @throws Failure for a name that no profile has
     */
    static ClusterChoice of(Said options, Said environment, Profiles profiles, String file) {
        Optional<String> name = options.cluster()
                .or(() -> options.bootstrap().isPresent() ? Optional.empty() : environment.cluster())
                .or(() -> bootstrapOf(options, environment).isPresent() ? Optional.empty() : profiles.current());
        Map<String, String> profile = new LinkedHashMap<>(
                name.map(known -> profile(known, profiles, file)).orElse(Map.of()));
        Optional<String> profileBootstrap = Optional.ofNullable(profile.remove("bootstrap"));
        Optional<String> profileTimeout = Optional.ofNullable(profile.remove("timeout"));
        Optional<String> profileConfig = Optional.ofNullable(profile.remove("command-config"));
        Optional<String> environmentBootstrap =
                options.cluster().isPresent() ? Optional.empty() : environment.bootstrap();
        Map<String, String> settings = profile;
        settings.putAll(options.settings());
        return new ClusterChoice(
                name,
                options.bootstrap()
                        .or(() -> environmentBootstrap)
                        .or(() -> profileBootstrap)
                        .or(() -> Optional.ofNullable(settings.get("bootstrap.servers")))
                        .orElse(LOCAL),
                options.timeout()
                        .or(environment::timeout)
                        .or(() -> profileTimeout)
                        .map(ClusterChoice::duration),
                options.commandConfig().or(environment::commandConfig).or(() -> profileConfig),
                settings);
    }

    private static Optional<String> bootstrapOf(Said options, Said environment) {
        return options.bootstrap().or(environment::bootstrap);
    }

    private static Map<String, String> profile(String name, Profiles profiles, String file) {
        return Optional.ofNullable(profiles.clusters().get(name))
                .orElseThrow(() -> Failure.usage("There is no cluster '" + name + "' in " + file
                        + Nearest.to(name, profiles.clusters().keySet())
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("; millrace profile set " + name + " bootstrap=HOST:PORT makes one")));
    }

    private static Duration duration(String text) {
        try {
            return io.millrace.tools.terminal.Units.parseDuration(text);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("The timeout " + e.getMessage());
        }
    }
}
