package dev.gatehouse.server.boot;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets event loops go before all else that the process does where processors are scarce: the JVM's
 * compilers and the carriers of virtual threads get a lower priority, and event loops are told to
 * the scheduler as threads that want little at a time but at once. Only on Linux, where each thread
 * has settings of its own and neither needs a permission.
 */
@SuppressWarnings("restricted") // Java reaches these settings through the C library only.
final class Precedence implements AutoCloseable {
  /** How far each stands behind: all carriers together get a tenth of an event loop's share. */
  static final Map<String, Integer> BEHIND =
      Map.of("C1 Compiler", 10, "C2 Compiler", 10, "ForkJoinPool-", 19);

  /**
   * Nanoseconds, just under the least that Linux gives by itself (0.7 ms): what waits with a
   * shorter slice goes first, and what has used up its own may stand back until the next tick.
   * Heeded since 6.12.
   */
  static final long SLICE = 600_000;

  private static final Logger log = LoggerFactory.getLogger(Precedence.class);
  private static final Path THREADS = Path.of("/proc/self/task");
  private static final int LEAST = 19;
  private static final int PRIO_PROCESS = 0;

  /** The call has no function in older C libraries. */
  private static final Map<String, Long> SCHED_SETATTR = Map.of("amd64", 314L, "aarch64", 274L);

  private static final int ATTRIBUTES = 48;

  private static final Pattern LOOP = Pattern.compile("gateway-\\d+-\\d+");

  /** Threads come and go with the work that there is. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Thread worker =
      Thread.ofPlatform().daemon().name("precedence").unstarted(this::work);
  private Set<Integer> known = Set.of();

  /** Does nothing where there are no such settings. */
  static Precedence start() {
    var precedence = new Precedence();
    if (Files.isDirectory(THREADS)) {
      precedence.worker.start();
    }
    return precedence;
  }

  private void work() {
    try {
      var kernel = new Kernel();
      int own = kernel.priority(0);
      while (true) {
        arrange(kernel, own);
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException _) {
      // Closed.
    } catch (IOException | RuntimeException | LinkageError e) {
      log.warn("threads keep the priorities that they have", e);
    }
  }

  private void arrange(Kernel kernel, int own) throws IOException {
    var now = new HashSet<Integer>();
    try (var threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        int id = Integer.parseInt(thread.getFileName().toString());
        now.add(id);
        if (!known.contains(id)) {
          String name = name(thread);
          int behind = behind(name);
          if (behind > 0) {
            kernel.lower(id, Math.min(LEAST, own + behind));
          } else if (LOOP.matcher(name).matches()) {
            kernel.slice(id, SLICE);
          }
        }
      }
    }
    known = now;
  }

  private static int behind(String name) {
    return BEHIND.entrySet().stream()
        .filter(each -> name.startsWith(each.getKey()))
        .mapToInt(Map.Entry::getValue)
        .findFirst()
        .orElse(0);
  }

  /** As the kernel has it: 15 characters at most; empty for a thread that has ended meanwhile. */
  private static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).strip();
    } catch (IOException _) {
      return "";
    }
  }

  @Override
  public void close() {
    worker.interrupt();
  }

  /** The C library's functions; what the system refuses stays as it is. */
  private static final class Kernel {
    private final MethodHandle getPriority = function("getpriority", JAVA_INT, JAVA_INT);
    private final MethodHandle setPriority = function("setpriority", JAVA_INT, JAVA_INT, JAVA_INT);
    private final MethodHandle call =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT),
                Linker.Option.firstVariadicArg(1));

    private static MethodHandle function(String name, MemoryLayout... arguments) {
      var linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /** 0 is the calling thread. */
    int priority(int thread) {
      try {
        return (int) getPriority.invokeExact(PRIO_PROCESS, thread);
      } catch (Throwable e) {
        throw fault(e);
      }
    }

    void lower(int thread, int priority) {
      try {
        int _ = (int) setPriority.invokeExact(PRIO_PROCESS, thread, priority);
      } catch (Throwable e) {
        throw fault(e);
      }
    }

    void slice(int thread, long nanos) {
      Long number = SCHED_SETATTR.get(System.getProperty("os.arch"));
      if (number == null) {
        return;
      }
      try (var arena = Arena.ofConfined()) {
        // struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period.
        MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
        attributes.set(JAVA_INT, 0, ATTRIBUTES);
        attributes.set(JAVA_INT, 16, priority(thread));
        attributes.set(JAVA_LONG, 24, nanos);
        long _ = (long) call.invokeExact((long) number, thread, attributes, 0);
      } catch (Throwable e) {
        throw fault(e);
      }
    }

    private static IllegalStateException fault(Throwable e) {
      return new IllegalStateException("the C library", e);
    }
  }
}
