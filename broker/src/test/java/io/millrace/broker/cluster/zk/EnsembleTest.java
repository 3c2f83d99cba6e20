package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.zk.Ensemble.Member;
import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Settings;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleTest {
    private static final String ONE_MACHINE = "127.0.0.1:2181,127.0.0.1:2182,127.0.0.1:2183";

    @Test
    void theNthEntryIsThatOfBrokerN() {
        Ensemble ensemble = Ensemble.parse("h1:2181, h2:2181:10:20 ,[::1]:2181");
        assertEquals(Optional.of(new Member(1, "h1", 2181, 2888, 3888)), ensemble.member(1));
        assertEquals(Optional.of(new Member(2, "h2", 2181, 10, 20)), ensemble.member(2));
        assertEquals(Optional.of(new Member(3, "::1", 2181, 2888, 3888)), ensemble.member(3));
        assertEquals(Optional.empty(), ensemble.member(0));
        assertEquals(Optional.empty(), ensemble.member(4));
        assertEquals("h1:2181,h2:2181,[::1]:2181", ensemble.connectString());
        assertEquals(2, ensemble.quorum());
        assertEquals(3, Ensemble.parse(ONE_MACHINE + ",h:1,h:2").quorum());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "h:1,h:2", // too few to lose one
                "h1,h2,h3",
                "h1:2181,h2:2181,h2:2181", // twice the same
                "h:2181,h:2888,h:3", // a client port where another's peer port is
                "h1:1,h2:1,h3:0",
                "h1:1,h2:1,h3:65000", // its other ports would be too high
                "h1:1,h2:1,h3:65536:1:2",
                "h1:1:2,h2:1,h3:1",
                "h1:1,,h3:1",
                "h1:1,h2:1,h3:1/chroot",
                "a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1,i:1,j:1",
            })
    void whatIsNoEnsembleIsRefused(String list) {
        assertThrows(IllegalArgumentException.class, () -> Ensemble.parse(list));
        assertFalse(Ensemble.isList(list));
    }

    @Test
    void theSettingLeadsToTheEnsemble() {
        ZkConfig config = ZkConfig.from(new Settings(Map.of("zookeeper.embedded.ensemble", ONE_MACHINE)));
        assertFalse(config.isEmbedded());
        assertEquals(ONE_MACHINE, config.connect());
        assertEquals(3, config.ensemble().orElseThrow().members().size());
        assertTrue(ZkConfig.from(new Settings(Map.of())).ensemble().isEmpty());
    }

    @Test
    void theSettingIsCheckedAndStandsAlone() {
        InvalidSettingException wrong = assertThrows(
                InvalidSettingException.class,
                () -> ZkConfig.from(new Settings(Map.of("zookeeper.embedded.ensemble", "h:1"))));
        assertTrue(wrong.getMessage().contains("3 to 9"), wrong.getMessage());
        InvalidSettingException both = assertThrows(
                InvalidSettingException.class,
                () -> ZkConfig.from(
                        new Settings(Map.of("zookeeper.embedded.ensemble", ONE_MACHINE, "zookeeper.connect", "h:1"))));
        assertTrue(both.getMessage().contains("zookeeper.connect"), both.getMessage());
    }
}
