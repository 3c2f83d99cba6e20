package io.millrace.client.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.client.BrokerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RegistrationTest {
    private static final Optional<String> ANY = Optional.empty();

    private static final String VERSION_5 = """
            {"version":5,"host":"h1","port":9092,"endpoints":["SSL://h1:9093","PLAINTEXT://h1:9092","INSIDE://[::1]:9094"],
            "listener_security_protocol_map":{"SSL":"SSL","PLAINTEXT":"PLAINTEXT","INSIDE":"PLAINTEXT"},"rack":"r1",
            "jmx_port":-1,"features":{"x":{"y":[1]}},"timestamp":"1795695734000","recovering":true}""";

    private static Optional<BrokerAddress> address(String json, Optional<String> listener) throws IOException {
        return Registration.parse(json.getBytes(StandardCharsets.UTF_8)).address(listener);
    }

    @Test
    void theFirstListenerWithoutTlsAndSaslIsTakenUnlessOneIsNamed() throws IOException {
        assertEquals(Optional.of(new BrokerAddress("h1", 9092)), address(VERSION_5, ANY));
        assertEquals(Optional.of(new BrokerAddress("::1", 9094)), address(VERSION_5, Optional.of("INSIDE")));
        assertEquals(Optional.of(new BrokerAddress("h1", 9093)), address(VERSION_5, Optional.of("SSL")));
        assertEquals(Optional.empty(), address(VERSION_5, Optional.of("OUTSIDE")));
    }

    @Test
    void theProtocolIsThatOfTheListenersNameWhereNoMapIs() throws IOException {
        String version2 = "{\"version\":2,\"host\":\"h\",\"port\":1,\"endpoints\":[\"SSL://h:2\",\"PLAINTEXT://h:3\"]}";
        assertEquals(Optional.of(new BrokerAddress("h", 3)), address(version2, ANY));
        String tlsOnly = "{\"version\":4,\"host\":null,\"port\":-1,\"endpoints\":[\"SSL://h:2\"]}";
        assertEquals(Optional.empty(), address(tlsOnly, ANY));
    }

    @Test
    void version1HasHostAndPortAlone() throws IOException {
        String version1 = "{\"version\":1,\"host\":\"h\",\"port\":9092,\"jmx_port\":-1,\"timestamp\":\"1\"}";
        assertEquals(Optional.of(new BrokerAddress("h", 9092)), address(version1, ANY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "creator-1:h:9092",
                "{\"host\":\"h\"}",
                "{\"host\":\"h\",\"port\":70000}",
                "{\"host\":\"h\",\"port\":99999999999}",
                "{\"endpoints\":[{}]}",
                "{\"endpoints\":[null]}",
                "{\"endpoints\":{\"a\":1}}",
                "{\"endpoints\":[\"h:9092\"]}",
                "{\"endpoints\":[\"PLAINTEXT://h\"]}",
                "{\"endpoints\":[\"PLAINTEXT://:9092\"]}",
                "{\"endpoints\":[\"PLAINTEXT://h:x\"]}"
            })
    void whatIsNoRegistrationIsSaidToBeNone(String json) {
        assertThrows(IOException.class, () -> address(json, ANY));
        assertThrows(IOException.class, () -> Registration.parse(null));
    }

    @Test
    void cutAnywhereItIsNoRegistration() {
        byte[] whole = VERSION_5.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(IOException.class, () -> Registration.parse(cut), () -> "cut at " + cut.length);
        }
    }
}
