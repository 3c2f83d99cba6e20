package io.millrace.broker.it;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What an {@link AccessLog}'s lines are made of; the first of each kind is the commonest. */
final class AccessLogWords {
    private static final int CLIENTS = 20_000;
    private static final int PRODUCTS = 3_000;

    private AccessLogWords() {}

    static byte[][] addresses(SplittableRandom random) {
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            addresses.add((1 + random.nextInt(223)) + "." + random.nextInt(256) + "." + random.nextInt(256) + "."
                    + (1 + random.nextInt(254)));
        }
        return bytes(addresses);
    }

    static byte[][] paths() {
        List<String> paths = new ArrayList<>(List.of(
                "/",
                "/assets/app-3f9c1d.js",
                "/assets/site-77ab02.css",
                "/api/cart",
                "/search",
                "/favicon.ico",
                "/img/logo.svg",
                "/api/session",
                "/login",
                "/api/recommendations",
                "/robots.txt",
                "/checkout",
                "/account/orders",
                "/fonts/inter-var.woff2",
                "/health"));
        for (int i = 0; i < PRODUCTS; i++) {
            paths.add("/products/" + (10_000 + i * 7919 % 90_000));
            if (i % 3 == 0) {
                paths.add("/img/products/" + (10_000 + i * 7919 % 90_000) + "/large.webp");
            }
        }
        return bytes(paths);
    }

    static byte[][] referers() {
        List<String> referers = new ArrayList<>(List.of(
                "-",
                "https://shop.example/",
                "https://shop.example/search",
                "https://www.google.com/",
                "https://duckduckgo.com/",
                "https://news.example/reviews/best-of-2026"));
        for (int i = 0; i < 60; i++) {
            referers.add("https://shop.example/products/" + (10_000 + i * 7919 % 90_000));
        }
        return bytes(referers);
    }

    static byte[][] agents() {
        String webkit = " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/";
        List<String> agents = new ArrayList<>();
        for (int version = 142; version > 136; version--) {
            agents.add("Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + version + ".0.0.0 Safari/537.36");
            agents.add("Mozilla/5.0 (X11; Linux x86_64; rv:" + version + ".0) Gecko/20100101 Firefox/" + version + ".0");
            agents.add("okhttp/4." + (version - 130) + ".0");
            agents.add("Mozilla/5.0 (Linux; Android 10; K)" + webkit + version + ".0.0.0 Mobile Safari/537.36");
            agents.add("ShopApp/" + (version - 120) + ".2 CFNetwork/1568.100.1 Darwin/24.0.0");
        }
        agents.add(3, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");
        agents.add(5, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)");
        agents.add("curl/8.11.1");
        agents.add("python-requests/2.32.3");
        agents.add("kube-probe/1.31");
        agents.add("-");
        return bytes(agents);
    }

    private static byte[][] bytes(List<String> words) {
        return words.stream()
                .map(word -> word.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }
}
