package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseIndexTest {
    @TempDir
    Path directory;

    /** Whatever is in memory and whatever on file: look-ups answer as a sorted map does. */
    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void findsTheLastEntryThatIsNotAbove(int keySize) throws Exception {
        Random random = new Random(Seeds.seed());
        NavigableMap<Long, Integer> model = new TreeMap<>();
        SparseIndex index = new SparseIndex(directory.resolve("an.index"), keySize);
        long key = 0;
        for (int i = 0; i < 3000; i++) {
            key += 1 + random.nextInt(5);
            index.add(key, i * 3);
            model.put(key, i * 3);
            if (random.nextInt(700) == 0) {
                index.persist();
            }
            if (random.nextInt(900) == 0) {
                index.seal();
            }
            if (random.nextInt(800) == 0) {
                index.persist();
                index = new SparseIndex(directory.resolve("an.index"), keySize);
                assertTrue(index.load());
                assertTrue(index.isAscending());
            }
            if (random.nextInt(600) == 0) {
                int kept = random.nextInt(index.count() + 1);
                index.truncate(kept);
                while (model.size() > kept) {
                    model.pollLastEntry();
                }
            }
            if (i % 50 == 0) {
                check(model, index, key, random);
            }
        }
        check(model, index, key, random);
        index.seal();
        check(model, index, key, random);
    }

    private static void check(NavigableMap<Long, Integer> model, SparseIndex index, long last, Random random)
            throws Exception {
        assertEquals(model.size(), index.count());
        for (int i = 0; i < 40; i++) {
            long asked = random.nextLong(-2, last + 10);
            Map.Entry<Long, Integer> expected = model.floorEntry(asked);
            Optional<SparseIndex.Entry> found = index.floor(asked);
            assertEquals(expected != null, found.isPresent());
            if (expected != null) {
                assertEquals(expected.getKey(), found.get().key());
                assertEquals(expected.getValue(), found.get().value());
                assertEquals(model.headMap(asked, true).size() - 1, found.get().place());
            }
        }
    }

    @Test
    void entriesGoToTheFileOnlyWhenPersisted() throws Exception {
        Path file = directory.resolve("an.index");
        SparseIndex index = new SparseIndex(file, 4);
        index.add(1, 1);
        index.add(2, 2);
        assertFalse(Files.exists(file));

        index.persist();
        assertEquals(16, Files.size(file));
        index.add(3, 3);
        assertEquals(16, Files.size(file));
        index.persist();
        assertEquals(24, Files.size(file));
    }

    @Test
    void noticesWhatCannotBeAnIndex() throws Exception {
        Path file = directory.resolve("an.index");
        assertFalse(new SparseIndex(file, 4).load(), "not there");
        Files.write(file, new byte[15]);
        assertFalse(new SparseIndex(file, 4).load(), "half an entry");
        Files.write(file, new byte[16]);
        SparseIndex zeros = new SparseIndex(file, 4);
        assertTrue(zeros.load());
        assertFalse(zeros.isAscending());
    }
}
