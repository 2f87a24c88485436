package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Starts the processes that answer requests, from a thread with the priority that the server began
 * with: a process inherits that of the thread which starts it, and virtual threads run at a lower
 * one.
 */
final class Starter implements AutoCloseable {
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("replica-start").factory());

  /** To be made by a thread with that priority, which the new thread inherits at once. */
  Starter() {
    thread.prestartAllCoreThreads();
  }

  /** Waits even when interrupted: it takes milliseconds, and a process must not be lost. */
  Process start(ProcessBuilder process) throws IOException {
    try {
      return CompletableFuture.supplyAsync(() -> started(process), thread).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UncheckedIOException fault) {
        throw fault.getCause();
      }
      throw e;
    } catch (RejectedExecutionException e) {
      throw new IOException("the server is stopping", e);
    }
  }

  private static Process started(ProcessBuilder process) {
    try {
      return process.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
