package dev.gatehouse.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the layout promises. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.gatehouse");

  @Test
  void featuresFormNoCycle() {
    slices().matching("dev.gatehouse.server.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nobodySeesTheCompositionRoot() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.gatehouse.server.boot..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.gatehouse.server.boot..")
        .check(CLASSES);
  }

  @Test
  void theBaseKnowsNoFeature() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.gatehouse.server.rest..",
            "dev.gatehouse.server.state..",
            "dev.gatehouse.server.secret..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.gatehouse.server.workspace..",
            "dev.gatehouse.server.artifact..",
            "dev.gatehouse.server.model..",
            "dev.gatehouse.server.environment..",
            "dev.gatehouse.server.compute..",
            "dev.gatehouse.server.certificate..",
            "dev.gatehouse.server.service..",
            "dev.gatehouse.server.identity..",
            "dev.gatehouse.server.operation..")
        .check(CLASSES);
  }

  @Test
  void librariesStayWhereTheyAreUsed() {
    only("org.eclipse.jetty..", "dev.gatehouse.server.rest..");
    only("com.google.crypto.tink..", "dev.gatehouse.server.secret..");
    only("com.github.kagkarlsson..", "dev.gatehouse.server.state..");
    only("io.opentelemetry..", "dev.gatehouse.server.telemetry..");
    only("io.netty..", "dev.gatehouse.gateway..");
    only("ai.onnxruntime..", "dev.gatehouse.gateway.onnx..");
    only("org.xbill..", "dev.gatehouse.dns..");
  }

  private static void only(String library, String owner) {
    noClasses()
        .that()
        .resideOutsideOfPackage(owner)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }

  @Test
  void namesSayWhatThingsAre() {
    classes()
        .that()
        .resideInAPackage("dev.gatehouse..")
        .should()
        .haveSimpleNameNotEndingWith("Manager")
        .andShould()
        .haveSimpleNameNotEndingWith("Helper")
        .andShould()
        .haveSimpleNameNotEndingWith("Utils")
        .andShould()
        .haveSimpleNameNotEndingWith("Impl")
        .andShould()
        .haveSimpleNameNotEndingWith("DTO")
        .check(CLASSES);
  }
}
