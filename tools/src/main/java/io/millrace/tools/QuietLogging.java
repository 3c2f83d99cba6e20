package io.millrace.tools;

import java.util.Set;

/**
 * Chooses what logs: verbs of a moment say what is wrong themselves, in one line, and need no log; the mirror runs for
 * years, and has the broker's. $MILLRACE_LOG=debug shows what the client library does.
 */
final class QuietLogging {
    /** What is asked about a mirror, and is over in a moment. */
    private static final Set<String> OF_A_MOMENT = Set.of("status", "promote", "failback");

    private QuietLogging() {}

    /** To be called before the first logger is made. */
    static void configure(String... args) {
        if (System.getProperty("slf4j.provider") != null) {
            return;
        }
        System.setProperty("slf4j.internal.verbosity", "WARN"); // or it tells which one was chosen
        if (mirrors(args)) {
            System.setProperty("slf4j.provider", "ch.qos.logback.classic.spi.LogbackServiceProvider");
            return;
        }
        System.setProperty("slf4j.provider", "org.slf4j.simple.SimpleServiceProvider");
        String level = System.getenv().getOrDefault("MILLRACE_LOG", "off");
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level);
    }

    private static boolean mirrors(String... args) {
        return args.length > 0 && args[0].equals("mirror") && !(args.length > 1 && OF_A_MOMENT.contains(args[1]));
    }
}
