package io.millrace.tools.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.MillraceException;
import io.millrace.client.admin.Done;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.Reassignment;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnderWayTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition PAYMENTS = new TopicPartition("payments", 1);
    private static final Reassignment MOVE = new Reassignment(List.of(1, 2, 3), List.of(3), List.of(1));

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal = new Terminal(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.Ends.NONE,
            100,
            Map.of(),
            Path.of(""));
    private final Output output = new Output(terminal);

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static UnderWay of(String... topics) {
        Map<TopicPartition, Reassignment> all = new LinkedHashMap<>();
        all.put(ORDERS, MOVE);
        all.put(PAYMENTS, MOVE);
        return UnderWay.of(all, List.of(topics));
    }

    @Test
    void topicsChooseAndNoneMeansAll() {
        assertEquals(Set.of(ORDERS), of("orders").moves().keySet());
        assertEquals(Set.of(ORDERS, PAYMENTS), of().moves().keySet());
    }

    @Test
    void aPlanSaysThatNothingWasChanged() {
        of("orders").plan(output, terminal);
        assertTrue(text(out).matches("(?s).*orders +0 +1,2,3 +3 +1 +planned\n"), () -> text(out));
        assertTrue(text(err).startsWith("Nothing was changed; --execute"), () -> text(err));
    }

    @Test
    void aMoveThatIsOverMeanwhileIsNoFailure() {
        assertEquals(0, of().cancelled(results(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS), output, terminal));
        String told = text(out);
        assertTrue(told.matches("(?s).*orders .* cancelled\npayments .* unchanged\n"), told);
        assertEquals("", text(err));
    }

    @Test
    void aRefusedOneIsNamed() {
        assertEquals(1, of().cancelled(results(ErrorCode.CLUSTER_AUTHORIZATION_FAILED), output, terminal));
        assertTrue(text(err).startsWith("millrace: payments-1: "), () -> text(err));
    }

    private static Map<TopicPartition, ItemResult<Done>> results(ErrorCode second) {
        Map<TopicPartition, ItemResult<Done>> results = new LinkedHashMap<>();
        results.put(ORDERS, ItemResult.success(Done.DONE));
        results.put(PAYMENTS, ItemResult.failure(MillraceException.refused(second, "no")));
        return results;
    }
}
