// Package tools pins what the tests of the chart run and look into: Helm, kubeconform, and the types that the Prometheus
// operator's CRDs are made from, together with the generator that makes them.
package tools

import _ "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
