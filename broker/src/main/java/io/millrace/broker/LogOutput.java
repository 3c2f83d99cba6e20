package io.millrace.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's own logging: one line per event on standard error, libraries only when they warn. Found by Logback
 * through its service file; steps back where {@code -Dlogback.configurationFile} names a file. In code rather than in
 * XML, whose parser would cost a tenth of a second at every start.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class LogOutput extends ContextAwareBase implements Configurator {
    private static final String PATTERN = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{0} - %msg%n";

    private static final String CONSOLE = "console";
    static final Setting<String> FORMAT = Setting.ofWord(
            "log.format",
            "text",
            List.of("text", "json"),
            "How log lines are written. MILLRACE_LOG_FORMAT in the environment counts from the first line on.");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder(context, isJson(System.getenv("MILLRACE_LOG_FORMAT"))));
        console.setName(CONSOLE);
        console.addFilter(new FloodGate(System::currentTimeMillis));
        console.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(console);
        context.getLogger("io.millrace").setLevel(Level.INFO);
        // They tell of every lost connection at length; the cluster room says what matters in one line.
        context.getLogger("org.apache.zookeeper").setLevel(Level.ERROR);
        context.getLogger("org.apache.curator").setLevel(Level.ERROR);
        // A member of an ensemble tells of every other that comes or goes, each time with a stack trace.
        context.getLogger("org.apache.zookeeper.server.quorum").setLevel(Level.OFF);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, boolean json) {
        if (json) {
            JsonLines lines = new JsonLines();
            lines.setContext(context);
            lines.start();
            return lines;
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        return encoder;
    }

    private static boolean isJson(String format) {
        return "json".equalsIgnoreCase(format);
    }

    /** Has lines be JSON from now on, if the setting says so and the output is this one. */
    static void follow(Settings settings) {
        if (isJson(settings.get(FORMAT)) && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            Appender<ILoggingEvent> console =
                    context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(CONSOLE);
            if (console instanceof ConsoleAppender<ILoggingEvent> ours) {
                ours.setEncoder(encoder(context, true));
            }
        }
    }
}
