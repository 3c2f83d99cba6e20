package io.millrace.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import ch.qos.logback.core.spi.FilterReply;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What becomes of log lines: JSON when asked, and never a flood. */
class LogLinesTest {
    private final LoggerContext context = new LoggerContext();
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final FloodGate gate = new FloodGate(now::get);

    private ILoggingEvent event(String logger, Level level, String message, Throwable error, Object... values) {
        return new LoggingEvent("here", context.getLogger(logger), level, message, error, values);
    }

    private int passing(int lines, String logger, Level level, String message) {
        int passed = 0;
        for (int i = 0; i < lines; i++) {
            passed += gate.decide(event(logger, level, message, null, i)) == FilterReply.DENY ? 0 : 1;
        }
        return passed;
    }

    @Test
    void aLineIsOneObjectWhateverItSays() throws IOException {
        String said = "topic \"a\"\n\u0007 {} \u2713";
        byte[] line =
                new JsonLines().encode(event("io.millrace.X", Level.WARN, said, new IOException("no \"disk\"\r\n"), 7));
        String text = new String(line, StandardCharsets.UTF_8);
        assertEquals(text.length() - 1, text.indexOf('\n'), "one line");
        Map<String, String> fields = new TreeMap<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.VALUE_STRING) {
                    fields.put(json.currentName(), json.getText());
                }
            }
        }
        assertEquals("topic \"a\"\n\u0007 7 \u2713", fields.get("message"));
        assertEquals("WARN", fields.get("level"));
        assertEquals("io.millrace.X", fields.get("logger"));
        assertTrue(fields.get("error").startsWith("java.io.IOException: no \"disk\""), fields.get("error"));
        assertTrue(fields.get("time").endsWith("Z"), fields.get("time"));
    }

    @Test
    void ofLinesThatDifferInValuesFiftyAreWrittenInTenSeconds() {
        assertEquals(50, passing(500, "io.millrace.X", Level.WARN, "lost {}"));
        assertEquals(1, passing(1, "io.millrace.X", Level.WARN, "another {}"));
        assertEquals(1, passing(1, "io.millrace.Y", Level.WARN, "lost {}"));
        now.addAndGet(9_999);
        assertEquals(0, passing(5, "io.millrace.X", Level.WARN, "lost {}"));
        now.addAndGet(1);
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        Logger ours = (Logger) LoggerFactory.getLogger(FloodGate.class);
        ours.addAppender(told);
        try {
            assertEquals(50, passing(60, "io.millrace.X", Level.WARN, "lost {}"));
        } finally {
            ours.detachAppender(told);
        }
        assertEquals(
                "455 more lines of io.millrace.X like 'lost {}' were left out",
                told.list.get(0).getFormattedMessage());
        assertEquals(1, told.list.size());
    }

    @Test
    void whatAnOperatorAskedForIsWrittenWhole() {
        assertEquals(200, passing(200, "io.millrace.audit", Level.INFO, "changed {}"));
        assertEquals(200, passing(200, "io.millrace.X", Level.DEBUG, "looked {}"));
    }

    @Test
    void kindsOfLinesAreForgottenBeforeTheyAreTooMany() {
        for (int i = 0; i < 5_000; i++) {
            assertEquals(1, passing(1, "io.millrace.X", Level.INFO, "kind " + i));
        }
    }
}
