package dev.gatehouse.gateway.onnx;

import dev.gatehouse.gateway.Model;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;

/**
 * One service's view of a loaded model. Runs on the caller's thread; a close while requests are in
 * progress lets them finish.
 */
public final class OnnxModel implements Model, AutoCloseable {
  /** Stands for an answer that comes later. */
  private static final Answer JOINED = new Answer(102, "", new byte[0]);

  private final Graph graph;
  private final ScoreRoute scoreRoute;
  private final InferenceProtocol protocol;
  private final Optional<Batcher> batcher;
  private final AtomicBoolean closed = new AtomicBoolean();

  OnnxModel(
      Graph graph, Scratch scratch, String modelName, String version, Optional<Batcher> batcher) {
    this.graph = graph;
    this.batcher = batcher;
    this.scoreRoute = new ScoreRoute(graph, scratch);
    this.protocol = new InferenceProtocol(graph, scratch, modelName, version);
  }

  @Override
  public Answer score(Ask ask) {
    return answered(
        ask,
        job -> {
          try (job) {
            return job.run(graph);
          }
        });
  }

  @Override
  public boolean joins() {
    return batcher.isPresent();
  }

  @SuppressWarnings("ReferenceEquality") // JOINED is one object.
  @Override
  public void join(Ask ask, Consumer<Answer> to) {
    if (batcher.isEmpty() || !graph.enter()) {
      to.accept(score(ask));
      return;
    }
    boolean v2 = ask.path().startsWith("/v2/");
    var answer =
        answered(
            ask,
            job -> {
              try {
                batcher
                    .get()
                    .join(
                        job,
                        refusal -> refused(refusal, v2),
                        later -> {
                          graph.leave();
                          to.accept(later);
                        });
                return JOINED;
              } catch (RuntimeException e) {
                job.close();
                throw e;
              }
            });
    if (answer != JOINED) {
      graph.leave();
      to.accept(answer);
    }
  }

  private Answer answered(Ask ask, Function<Job, Answer> run) {
    int query = ask.path().indexOf('?');
    var path = query < 0 ? ask.path() : ask.path().substring(0, query);
    boolean v2 = path.equals("/v2") || path.startsWith("/v2/");
    if (closed.get() || !graph.enter()) {
      return refused(Refusal.closed(), v2);
    }
    try {
      if (v2) {
        return protocol.answer(ask, path, run);
      }
      return route(ask, path, query < 0 ? "" : ask.path().substring(query + 1), run);
    } catch (Refusal refusal) {
      return refused(refusal, v2);
    } catch (JacksonException e) {
      return refused(Json.broken(e), v2);
    } finally {
      graph.leave();
    }
  }

  @Override
  public boolean brisk() {
    return graph.pace().brisk();
  }

  private Answer route(Ask ask, String path, String query, Function<Job, Answer> run) {
    return switch (path) {
      case "/score" -> {
        expect(ask, "POST", path);
        yield run.apply(scoreRoute.read(ask.body()));
      }
      case "", "/" -> {
        expect(ask, "GET", "/");
        yield Json.text(200, "Healthy");
      }
      case "/swagger.json" -> {
        expect(ask, "GET", path);
        yield Swagger.describe(graph, query);
      }
      default ->
          throw Refusal.notFound(
              "no such path: " + path + " (expected: /, /score, /swagger.json or /v2/...)");
    };
  }

  static void expect(Ask ask, String method, String path) {
    if (!ask.method().equals(method)) {
      throw Refusal.wrongMethod(ask.method(), path, method);
    }
  }

  static Answer refused(Refusal refusal, boolean v2) {
    var message = String.valueOf(refusal.getMessage());
    return Json.answer(
        refusal.status,
        out -> {
          out.writeStartObject();
          if (v2) {
            // The name that clients of the Open Inference Protocol look for.
            out.writeStringProperty("error", message);
          }
          out.writeStringProperty("message", message);
          out.writeEndObject();
        });
  }

  /** Gives up this service's share of the session; further requests get 503. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      graph.leave();
    }
  }
}
