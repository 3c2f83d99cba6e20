package io.millrace.broker;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.millrace.broker.metrics.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Log lines as JSON, one object a line. */
final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        JsonText json = new JsonText()
                .open('{')
                .name("time")
                .value(Instant.ofEpochMilli(event.getTimeStamp()).toString())
                .name("level")
                .value(event.getLevel().toString())
                .name("logger")
                .value(event.getLoggerName())
                .name("thread")
                .value(event.getThreadName())
                .name("message")
                .value(event.getFormattedMessage());
        if (event.getThrowableProxy() != null) {
            json.name("error").value(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return (json.close('}') + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
