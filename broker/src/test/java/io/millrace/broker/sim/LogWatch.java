package io.millrace.broker.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Has what the brokers log go to the world that runs on the thread: what they call an error is one, the rest is part of
 * the trace. Nothing is printed meanwhile.
 *
 * <p>Threading: one instance at a time; worlds on any threads.
 */
final class LogWatch implements AutoCloseable {
    @SuppressWarnings("ThreadLocalUsage") // there is one of these at a time
    private final ThreadLocal<Simulation> worlds = new ThreadLocal<>();

    private final Logger ours = (Logger) LoggerFactory.getLogger("io.millrace");
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level levelBefore = ours.getLevel();
    private final List<Appender<ILoggingEvent>> detached = new ArrayList<>();
    private final Sink sink = new Sink();

    /** @param level what becomes part of traces: the more, the slower */
    LogWatch(Level level) {
        for (Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders(); all.hasNext(); ) {
            detached.add(all.next());
        }
        detached.forEach(root::detachAppender);
        ours.setLevel(level);
        sink.setContext(ours.getLoggerContext());
        sink.start();
        ours.addAppender(sink);
    }

    /** From now on this thread runs that world; null for none. */
    void runs(Simulation world) {
        if (world == null) {
            worlds.remove();
        } else {
            worlds.set(world);
        }
    }

    private final class Sink extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            Simulation world = worlds.get();
            if (world == null) {
                return;
            }
            String name = event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1);
            world.logged(event.getLevel().toString(), name, event.getFormattedMessage());
            if (event.getLevel() == Level.ERROR) {
                Throwable cause = event.getThrowableProxy() instanceof ThrowableProxy proxy
                        ? proxy.getThrowable()
                        : new IllegalStateException(event.getFormattedMessage());
                world.failed("log of " + name, cause);
            }
        }
    }

    @Override
    public void close() {
        ours.detachAppender(sink);
        ours.setLevel(levelBefore);
        detached.forEach(root::addAppender);
    }
}
