package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaEntity.Name;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPathTest {

    private static void assertPath(String path, QuotaEntity entity) {
        assertEquals(path, ClientPath.of(entity));
        assertEquals(Optional.of(entity), ClientPath.parse(path.split("/", -1)));
    }

    @Test
    void pathsAreThoseOfKafka() {
        assertPath("/config/users/alice", QuotaEntity.user(Name.of("alice")));
        assertPath("/config/users/<default>", QuotaEntity.user(Name.DEFAULT));
        assertPath("/config/clients/app-1.x_y", QuotaEntity.clientId(Name.of("app-1.x_y")));
        assertPath("/config/clients/<default>", QuotaEntity.clientId(Name.DEFAULT));
        assertPath("/config/users/alice/clients/app", new QuotaEntity(Name.of("alice"), Name.of("app")));
        assertPath("/config/users/<default>/clients/<default>", new QuotaEntity(Name.DEFAULT, Name.DEFAULT));
    }

    @Test
    void namesAreEncodedSoThatTheyAreOneStepOfAPath() {
        assertPath("/config/users/al%20ice", QuotaEntity.user(Name.of("al ice")));
        assertPath("/config/clients/%2A%2B%25%2F", QuotaEntity.clientId(Name.of("*+%/")));
        assertPath("/config/clients/%C3%A4%E4%B8%96", QuotaEntity.clientId(Name.of("\u00e4\u4e16")));
        assertPath("/config/clients/%3Cdefault%3E", QuotaEntity.clientId(Name.of("<default>")));
        assertPath("/config/users/CN%3Da%2CO%3Db", QuotaEntity.user(Name.of("CN=a,O=b")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/config/users",
                "/config/users/a/clients",
                "/config/users/a/other/b",
                "/config/users/a/clients/b/c",
                "/config/clients/a/b",
                "/config/topics/a",
                "/other/users/a",
                "/config/users/%zz"
            })
    void otherPathsAreNobodys(String path) {
        assertEquals(Optional.empty(), ClientPath.parse(path.split("/", -1)));
    }
}
