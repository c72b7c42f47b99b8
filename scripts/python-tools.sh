# Sourced: puts Python's AWS clients and moto on PATH, from the user's own Python where it has them already, else from a
# folder of the build, $tools/venv.
tools=$PWD/.build/test-tools
mkdir -p "$tools"
if ! python3 -c 'import boto3, awslambdaric' 2>/dev/null || ! command -v aws >/dev/null ||
    ! command -v moto_server >/dev/null; then
    if [[ ! -x $tools/venv/bin/moto_server ]]; then
        python3 -c 'import ensurepip' 2>/dev/null || apt-get install -y -qq python3-venv >/dev/null
        python3 -m venv "$tools/venv"
        "$tools/venv/bin/pip" install -q boto3 awscli awslambdaric "moto[server]"
    fi
    PATH=$tools/venv/bin:$PATH
fi
