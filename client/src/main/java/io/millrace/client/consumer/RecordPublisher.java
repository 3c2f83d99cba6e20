package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Polls for one subscriber, as far as it has asked for records, and never while it has not.
 *
 * <p>What the I/O thread has news of, and what the subscriber asks for, sets off a run of its stream; one runs at a time,
 * on the executor. So no thread waits, and each call of the subscriber happens before the next.
 *
 * <p>Threading: any thread requests, cancels and tells news; polling and the subscriber are the present run's.
 */
final class RecordPublisher implements Flow.Publisher<ConsumerRecord> {
    private final Consumer consumer;
    private final Executor executor;
    private final AtomicBoolean subscribed = new AtomicBoolean();

    RecordPublisher(Consumer consumer, Executor executor) {
        this.consumer = consumer;
        this.executor = executor;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ConsumerRecord> subscriber) {
        if (subscribed.compareAndSet(false, true)) {
            Stream stream = new Stream(subscriber);
            subscriber.onSubscribe(stream);
            consumer.attend(stream::wake);
            stream.wake();
        } else {
            subscriber.onSubscribe(new NothingMore());
            subscriber.onError(new IllegalStateException(
                    "a consumer's records go to one subscriber; open another consumer for another one"));
        }
    }

    /** For a subscriber that is refused. */
    private static final class NothingMore implements Flow.Subscription {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {}
    }

    /** The one subscription. */
    private final class Stream implements Flow.Subscription {
        private final Flow.Subscriber<? super ConsumerRecord> subscriber;
        private final AtomicLong wanted = new AtomicLong();
        private final AtomicBoolean askedForNothing = new AtomicBoolean();

        /** How often somebody has woken it since the run began; 0 while none runs. */
        private final AtomicInteger wakes = new AtomicInteger();

        private volatile boolean over;

        private Stream(Flow.Subscriber<? super ConsumerRecord> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (count <= 0) {
                askedForNothing.set(true);
            } else {
                wanted.accumulateAndGet(count, (now, more) -> now + more < 0 ? Long.MAX_VALUE : now + more);
            }
            wake();
        }

        @Override
        public void cancel() {
            over = true;
            wake();
        }

        private void wake() {
            if (wakes.getAndIncrement() == 0) {
                executor.execute(this::pump);
            }
        }

        private void pump() {
            int seen;
            do {
                seen = wakes.get();
                try {
                    deliver();
                } catch (MillraceException failure) {
                    end(failure);
                }
            } while (wakes.addAndGet(-seen) != 0);
        }

        private void deliver() {
            if (over) {
                return;
            }
            if (askedForNothing.get()) {
                over = true;
                subscriber.onError(new IllegalArgumentException("request(n) is for one record or more"));
                return;
            }
            consumer.keepUp();
            while (!over && wanted.get() > 0) {
                int most = (int) Math.min(Integer.MAX_VALUE, wanted.get());
                // all of what was read even if it cancels meanwhile: it counts as read
                if (consumer.pollNow(most, this::hand) == 0) {
                    return; // news wake it
                }
            }
        }

        private void hand(ConsumerRecord record) {
            wanted.getAndUpdate(left -> left == Long.MAX_VALUE ? left : left - 1);
            subscriber.onNext(record);
        }

        private void end(MillraceException why) {
            if (over) {
                return;
            }
            over = true;
            if (why.reason() == Reason.CLOSED) {
                subscriber.onComplete();
            } else {
                subscriber.onError(why);
            }
        }
    }
}
