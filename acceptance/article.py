"""The article's own snippets, in its order, with the real client against a running server and nothing mocked.

What the article leaves to the reader (which workspace, which certificate files, which model) is set up around them; the
lines between the rulers are the article's, but for the names of files.
"""

import os
import sys
import tempfile
from pathlib import Path

from harness import Gatehouse, run_tests

sys.path.insert(0, str(Path(__file__).resolve().parent / "flows"))
CNAME = "www.contoso.test"


def prepare(gatehouse):
    """The environment that a user's shell has, before the client is imported."""
    os.environ.update(gatehouse.environment())
    os.environ["GATEHOUSE_RESOLVE"] = "contoso.test=127.0.0.1"
    os.environ["AZUREML_LOG_DEPRECATION_WARNING_ENABLED"] = "False"
    work = Path(tempfile.mkdtemp(prefix="article"))
    os.chdir(work)
    gatehouse.command("env", "--config", str(work))
    gatehouse.command("cluster", "add", "--local", "--resource-group", "their-group", "--name", "their-cluster")
    import names
    import testpki
    names.install()
    pki = testpki.Authority()
    bundle = work / "bundle.pem"
    bundle.write_text(Path(os.environ["REQUESTS_CA_BUNDLE"]).read_text() + "\n" + pki.root_pem)
    os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
    (work / "custom-root.pem").write_text(pki.root_pem)
    pki.leaf(CNAME).write("cert.pem", "key.pem")
    (work / "score.py").write_text(
        "import json\n\ndef init():\n    pass\n\ndef run(raw):\n    return {'sum': sum(json.loads(raw)['data'])}\n")
    from azureml.core import Workspace
    return Workspace.from_config(), pki


def snippets(gatehouse):
    ws, pki = prepare(gatehouse)
    import tlsprobe
    from azureml.core import Environment
    from azureml.core.compute import AksCompute, ComputeTarget
    from azureml.core.compute.aks import AksUpdateConfiguration, SslConfiguration
    from azureml.core.model import InferenceConfig, Model
    from azureml.core.webservice import AciWebservice, AksWebservice

    port = int(os.environ["GATEHOUSE_TLS_PORT"])
    ours, theirs = os.environ["SSL_CERT_FILE"], "custom-root.pem"
    inference = InferenceConfig(entry_script="score.py", environment=Environment("plain"))

    def finished(compute):
        compute.wait_for_completion(show_output=True)
        assert compute.provisioning_state == "Succeeded", compute.provisioning_errors
        return compute

    def scored(name, config, target=None):
        service = Model.deploy(ws, name, [], inference, config, target)
        service.wait_for_deployment(show_output=True)
        assert service.state == "Healthy", service.error
        assert service.run('{"data": [1, 2, 3]}') == {"sum": 6}
        return service

    def create_with_label():
        # ------------------------------------------------------------------------------------------------
        provisioning_config = AksCompute.provisioning_configuration()
        provisioning_config.enable_ssl(leaf_domain_label="contoso")
        # ------------------------------------------------------------------------------------------------
        target = finished(ComputeTarget.create(ws, "myaks", provisioning_config))
        tlsprobe.check_generated_name(target.ssl_configuration.cname, "contoso", target.location)
        tlsprobe.check_certificate(target.ssl_configuration.cname, port, ours)
        service = scored("labelled", AksWebservice.deploy_configuration(num_replicas=1), target)
        assert service.scoring_uri.startswith("https://" + target.ssl_configuration.cname)

    def attach_with_label():
        resource_group, cluster_name = "their-group", "their-cluster"
        # ------------------------------------------------------------------------------------------------
        attach_config = AksCompute.attach_configuration(resource_group=resource_group, cluster_name=cluster_name)
        attach_config.enable_ssl(leaf_domain_label="contoso2")
        # ------------------------------------------------------------------------------------------------
        target = finished(ComputeTarget.attach(ws, "attached", attach_config))
        tlsprobe.check_certificate(target.ssl_configuration.cname, port, ours)
        target.detach()

    def create_with_certificate():
        # ------------------------------------------------------------------------------------------------
        provisioning_config = AksCompute.provisioning_configuration()
        provisioning_config.enable_ssl(ssl_cert_pem_file="cert.pem", ssl_key_pem_file="key.pem", ssl_cname=CNAME)
        # ------------------------------------------------------------------------------------------------
        target = finished(ComputeTarget.create(ws, "custom", provisioning_config))
        tlsprobe.check_certificate(CNAME, port, theirs)
        target.delete()
        target.wait_for_completion(is_delete_operation=True)

    def attach_with_certificate():
        resource_group, cluster_name = "their-group", "their-cluster"
        # ------------------------------------------------------------------------------------------------
        attach_config = AksCompute.attach_configuration(resource_group=resource_group, cluster_name=cluster_name)
        attach_config.enable_ssl(ssl_cert_pem_file="cert.pem", ssl_key_pem_file="key.pem", ssl_cname=CNAME)
        # ------------------------------------------------------------------------------------------------
        target = finished(ComputeTarget.attach(ws, "attached2", attach_config))
        tlsprobe.check_certificate(CNAME, port, theirs)
        target.detach()
        target.wait_for_completion(is_delete_operation=True)

    def container_instance_with_certificate():
        # ------------------------------------------------------------------------------------------------
        aci_config = AciWebservice.deploy_configuration(
            ssl_enabled=True, ssl_cert_pem_file="cert.pem", ssl_key_pem_file="key.pem", ssl_cname=CNAME)
        # ------------------------------------------------------------------------------------------------
        service = scored("container", aci_config)
        assert service.scoring_uri.startswith("https://" + CNAME), service.scoring_uri
        service.delete()

    def update_generated_certificate():
        clustername = "myaks"
        before = tlsprobe.check_certificate(AksCompute(ws, clustername).ssl_configuration.cname, port, ours)
        # ------------------------------------------------------------------------------------------------
        # Get the existing cluster
        aks_target = AksCompute(ws, clustername)
        # Update the existing certificate by referencing the leaf domain label
        ssl_configuration = SslConfiguration(leaf_domain_label="myaks", overwrite_existing_domain=True, renew=True)
        update_config = AksUpdateConfiguration(ssl_configuration)
        aks_target.update(update_config)
        # ------------------------------------------------------------------------------------------------
        finished(aks_target)
        after = tlsprobe.check_certificate(aks_target.ssl_configuration.cname, port, ours)
        assert after.serial != before.serial and after.dns_names == before.dns_names

    def update_custom_certificate():
        clustername = "myaks"
        leaf = pki.leaf(CNAME)
        leaf.write("cert.pem", "key.pem")
        # ------------------------------------------------------------------------------------------------
        # Read the certificate file
        def get_content(file_name):
            with open(file_name, 'r') as f:
                return f.read()

        # Get the existing cluster
        aks_target = AksCompute(ws, clustername)
        # Update cluster with custom certificate
        ssl_configuration = SslConfiguration(
            cname=CNAME, cert=get_content('cert.pem'), key=get_content('key.pem'))
        update_config = AksUpdateConfiguration(ssl_configuration)
        aks_target.update(update_config)
        # ------------------------------------------------------------------------------------------------
        finished(aks_target)
        assert tlsprobe.check_certificate(CNAME, port, theirs).serial == leaf.serial

    def disable_tls():
        clustername = "myaks"
        # ------------------------------------------------------------------------------------------------
        # Get the existing cluster
        aks_target = AksCompute(ws, clustername)
        # Disable TLS
        ssl_configuration = SslConfiguration(status="Disabled")
        update_config = AksUpdateConfiguration(ssl_configuration)
        aks_target.update(update_config)
        # ------------------------------------------------------------------------------------------------
        finished(aks_target)
        assert aks_target.ssl_configuration.status == "Disabled"
        service = AksWebservice(ws, "labelled")
        assert service.scoring_uri.startswith("http://"), service.scoring_uri
        assert service.run('{"data": [4]}') == {"sum": 4}

    return [create_with_label, attach_with_label, create_with_certificate, attach_with_certificate,
            container_instance_with_certificate, update_generated_certificate, update_custom_certificate, disable_tls]


if __name__ == "__main__":
    with Gatehouse() as running:
        code = run_tests(snippets(running))
    sys.exit(code)
