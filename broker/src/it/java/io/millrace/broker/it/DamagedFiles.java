package io.millrace.broker.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Damages files of a broker that does not run, as disks and power cuts do. */
final class DamagedFiles {
    private static final int TAIL = 4096;

    private final Path data;
    private final Random random;

    DamagedFiles(Path data, Random random) {
        this.data = data;
        this.random = random;
    }

    /** Cuts up to 4096 bytes off the last segment of each partition of a topic, or fills as many with noise. */
    void tearTails(String topic) {
        for (Path partition : partitions(topic)) {
            List<Path> segments = files(partition, name -> name.endsWith(".log"));
            Path last = segments.get(segments.size() - 1);
            change(last, channel -> {
                long from = Math.max(0, channel.size() - 1 - random.nextInt(TAIL));
                if (random.nextBoolean()) {
                    channel.truncate(from);
                } else {
                    byte[] noise = new byte[(int) (channel.size() - from)];
                    random.nextBytes(noise);
                    channel.write(ByteBuffer.wrap(noise), from);
                }
            });
        }
    }

    /** Flips one bit in a closed segment of each partition of a topic that has one. How many that were. */
    int flipInClosedSegments(String topic) {
        int flipped = 0;
        for (Path partition : partitions(topic)) {
            List<Path> segments = files(partition, name -> name.endsWith(".log"));
            if (segments.size() > 1) {
                flip(segments.get(random.nextInt(segments.size() - 1)));
                flipped++;
            }
        }
        return flipped;
    }

    /**
     * Flips one bit each in so many files, whatever they are: segments, indexes, snapshots, checkpoints. Not in
     * meta.properties, which says whose they are: that is for the operator.
     */
    String flipAnywhere(int count) {
        List<Path> all = new ArrayList<>(files(data, name -> name.endsWith("-checkpoint")));
        try (Stream<Path> partitions = Files.list(data)) {
            partitions
                    .filter(Files::isDirectory)
                    .sorted()
                    .forEach(partition -> all.addAll(files(partition, name -> !name.startsWith("."))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all.removeIf(file -> size(file) == 0);
        List<String> kinds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path file = all.get(random.nextInt(all.size()));
            flip(file);
            kinds.add(file.getFileName().toString().replaceAll("^\\d+", "*"));
        }
        return kinds.stream()
                .collect(Collectors.groupingBy(kind -> kind, java.util.TreeMap::new, Collectors.counting()))
                .toString();
    }

    private void flip(Path file) {
        change(file, channel -> {
            if (channel.size() > 0) {
                long position = random.nextLong(channel.size());
                ByteBuffer one = ByteBuffer.allocate(1);
                channel.read(one, position);
                one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8))).flip();
                channel.write(one, position);
            }
        });
    }

    private interface Change {
        void make(FileChannel channel) throws IOException;
    }

    private static void change(Path file, Change change) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            change.make(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> partitions(String topic) {
        try (Stream<Path> all = Files.list(data)) {
            return all.filter(path -> path.getFileName().toString().matches(topic + "-\\d+"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path directory, Predicate<String> wanted) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(Files::isRegularFile)
                    .filter(path -> wanted.test(path.getFileName().toString()))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
