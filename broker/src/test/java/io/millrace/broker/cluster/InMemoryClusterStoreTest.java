package io.millrace.broker.cluster;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class InMemoryClusterStoreTest extends ClusterStoreContract {
    private final InMemoryClusterStore.Truth truth = new InMemoryClusterStore.Truth("a-cluster");
    private final List<ClusterStore> opened = new ArrayList<>();

    @Override
    protected ClusterStore open(int brokerId) {
        ClusterStore store = new InMemoryClusterStore(truth);
        opened.add(store);
        return store;
    }

    @AfterEach
    void closeStores() {
        opened.forEach(ClusterStore::close);
    }
}
