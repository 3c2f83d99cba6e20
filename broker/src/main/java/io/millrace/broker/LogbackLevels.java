package io.millrace.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.millrace.broker.api.admin.LogLevels;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/** The levels of Logback's loggers. Where another logging library runs the process there are none to see. */
final class LogbackLevels implements LogLevels {
    @Override
    public SortedMap<String, String> all() {
        SortedMap<String, String> all = new TreeMap<>();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            for (Logger logger : context.getLoggerList()) {
                all.put(nameOf(logger), logger.getEffectiveLevel().toString());
            }
        }
        return all;
    }

    private static String nameOf(Logger logger) {
        return logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME) ? ROOT : logger.getName();
    }

    @Override
    public void set(String logger, String level) {
        change(logger, Level.toLevel(level));
    }

    @Override
    public void reset(String logger) {
        change(logger, null); // which is how Logback says that it has none of its own
    }

    private static void change(String name, Level level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(name.equals(ROOT) ? org.slf4j.Logger.ROOT_LOGGER_NAME : name)
                    .setLevel(level);
        }
    }
}
