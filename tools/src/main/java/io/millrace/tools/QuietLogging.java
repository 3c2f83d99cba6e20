package io.millrace.tools;

import java.util.List;

/**
 * Chooses what logs: verbs of a moment say what is wrong themselves, in one line, and need no log; mirror runs for years,
 * and has the broker's. $MILLRACE_LOG=debug shows what the client library does.
 */
final class QuietLogging {
    private QuietLogging() {}

    /** To be called before the first logger is made. */
    static void configure(String... args) {
        if (List.of(args).contains("mirror") || System.getProperty("slf4j.provider") != null) {
            return;
        }
        System.setProperty("slf4j.internal.verbosity", "WARN");
        System.setProperty("slf4j.provider", "org.slf4j.simple.SimpleServiceProvider");
        String level = System.getenv().getOrDefault("MILLRACE_LOG", "off");
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level);
    }
}
