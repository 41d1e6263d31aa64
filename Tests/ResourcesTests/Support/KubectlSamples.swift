/// Objects as `kubectl get -o yaml` prints them.
enum KubectlSamples {
  /// A Service of type LoadBalancer.
  static let service = """
    apiVersion: v1
    kind: Service
    metadata:
      annotations:
        kubectl.kubernetes.io/last-applied-configuration: |
          {"apiVersion":"v1","kind":"Service","metadata":{"annotations":{},"name":"web","namespace":"shop"},"spec":{"ports":[{"port":80}],"type":"LoadBalancer"}}
        metallb.io/allow-shared-ip: "1"
        metallb.io/ip-allocated-from-pool: public
      creationTimestamp: "2026-03-01T10:11:12Z"
      finalizers:
      - service.kubernetes.io/load-balancer-cleanup
      labels:
        app: web
        release: "7"
      managedFields:
      - apiVersion: v1
        fieldsType: FieldsV1
        fieldsV1:
          f:metadata:
            f:annotations:
              .: {}
              f:kubectl.kubernetes.io/last-applied-configuration: {}
          f:spec:
            f:ports:
              .: {}
              k:{"port":80,"protocol":"TCP"}:
                .: {}
                f:port: {}
        manager: kubectl-client-side-apply
        operation: Update
        time: "2026-03-01T10:11:12Z"
      name: web
      namespace: shop
      resourceVersion: "48213"
      uid: 2f9c4f04-52a3-4c5e-9d47-0f1f7a3f4b11
    spec:
      allocateLoadBalancerNodePorts: true
      clusterIP: 198.51.100.7
      clusterIPs:
      - 198.51.100.7
      - 2001:db8:1::7
      externalTrafficPolicy: Local
      healthCheckNodePort: 31245
      internalTrafficPolicy: Cluster
      ipFamilies:
      - IPv4
      - IPv6
      ipFamilyPolicy: PreferDualStack
      ports:
      - appProtocol: http
        name: http
        nodePort: 30080
        port: 80
        protocol: TCP
        targetPort: web
      - name: dns
        nodePort: 30053
        port: 53
        protocol: UDP
        targetPort: 5353
      selector:
        app: web
      sessionAffinity: None
      trafficDistribution: PreferClose
      type: LoadBalancer
    status:
      conditions:
      - lastTransitionTime: "2026-03-01T10:11:13Z"
        message: ""
        reason: satisfied
        status: "True"
        type: LoadBalancerPortsError
      loadBalancer:
        ingress:
        - ip: 203.0.113.10
          ipMode: VIP
        - ip: 2001:db8:ffff::10
          ipMode: VIP
    """

  /// An EndpointSlice of the service above.
  static let endpointSlice = """
    addressType: IPv4
    apiVersion: discovery.k8s.io/v1
    endpoints:
    - addresses:
      - 198.51.100.130
      conditions:
        ready: true
        serving: true
        terminating: false
      hints:
        forZones:
        - name: zone-a
      nodeName: node-1
      targetRef:
        kind: Pod
        name: web-5d9f7-abcde
        namespace: shop
        uid: 0f3c9b1e-8f41-4c7c-a9a6-3d5e6a7b8c9d
      zone: zone-a
    - addresses:
      - 198.51.100.140
      conditions:
        ready: false
        serving: true
        terminating: true
      nodeName: node-2
    - addresses:
      - 198.51.100.150
      conditions: {}
    kind: EndpointSlice
    metadata:
      annotations:
        endpoints.kubernetes.io/last-change-trigger-time: "2026-03-01T10:12:00Z"
      creationTimestamp: "2026-03-01T10:11:12Z"
      generateName: web-
      generation: 4
      labels:
        endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
        kubernetes.io/service-name: web
      name: web-x7k2p
      namespace: shop
      ownerReferences:
      - apiVersion: v1
        blockOwnerDeletion: true
        controller: true
        kind: Service
        name: web
        uid: 2f9c4f04-52a3-4c5e-9d47-0f1f7a3f4b11
      resourceVersion: "48300"
      uid: 5a1f1d3e-1111-4222-8333-444455556666
    ports:
    - appProtocol: http
      name: http
      port: 8080
      protocol: TCP
    """

  /// A Node that is cordoned and lacks its network.
  static let node = """
    apiVersion: v1
    kind: Node
    metadata:
      annotations:
        node.alpha.kubernetes.io/ttl: "0"
        volumes.kubernetes.io/controller-managed-attach-detach: "true"
      creationTimestamp: "2026-02-01T00:00:00Z"
      labels:
        beta.kubernetes.io/arch: amd64
        kubernetes.io/hostname: node-1
        node-role.kubernetes.io/control-plane: ""
        topology.kubernetes.io/zone: zone-a
      name: node-1
      resourceVersion: "99120"
      uid: 6b5b1a2c-7777-4888-9999-aaaabbbbcccc
    spec:
      podCIDR: 198.51.100.128/26
      podCIDRs:
      - 198.51.100.128/26
      - 2001:db8:2::/64
      providerID: lab://node-1
      taints:
      - effect: NoSchedule
        key: node.kubernetes.io/unschedulable
        timeAdded: "2026-03-02T08:00:00Z"
      - effect: NoExecute
        key: node.kubernetes.io/out-of-service
        value: nodeshutdown
      unschedulable: true
    status:
      addresses:
      - address: 192.0.2.11
        type: InternalIP
      - address: 2001:db8:3::11
        type: InternalIP
      - address: node-1
        type: Hostname
      allocatable:
        cpu: "4"
        memory: 8037048Ki
      capacity:
        cpu: "4"
        memory: 8139448Ki
      conditions:
      - lastHeartbeatTime: "2026-03-02T08:00:00Z"
        lastTransitionTime: "2026-03-02T08:00:00Z"
        message: no route
        reason: NoRouteCreated
        status: "True"
        type: NetworkUnavailable
      - lastHeartbeatTime: "2026-03-02T08:00:00Z"
        lastTransitionTime: "2026-03-02T08:00:00Z"
        message: kubelet is posting ready status
        reason: KubeletReady
        status: "True"
        type: Ready
      daemonEndpoints:
        kubeletEndpoint:
          Port: 10250
      images:
      - names:
        - registry.example/web:1.10
        sizeBytes: 52838221
      nodeInfo:
        architecture: amd64
        kubeletVersion: v1.34.1
      runtimeHandlers:
      - features:
          recursiveReadOnlyMounts: true
        name: ""
    """

  /// A BGPPeer as the API server gives it back.
  static let peer = """
    apiVersion: metallb.io/v1beta2
    kind: BGPPeer
    metadata:
      annotations:
        kubectl.kubernetes.io/last-applied-configuration: |
          {"apiVersion":"metallb.io/v1beta2","kind":"BGPPeer"}
      creationTimestamp: "2026-03-01T10:11:12Z"
      generation: 2
      managedFields:
      - apiVersion: metallb.io/v1beta2
        fieldsType: FieldsV1
        fieldsV1:
          f:spec:
            .: {}
            f:myASN: {}
        manager: kubectl-client-side-apply
        operation: Update
        time: "2026-03-01T10:11:12Z"
      name: router
      namespace: metallb-system
      resourceVersion: "777"
      uid: 11111111-2222-4333-8444-555555555555
    spec:
      connectTime: 10s
      ebgpMultiHop: true
      holdTime: 1m30s
      keepaliveTime: 10s
      myASN: 64512
      nodeSelectors:
      - matchLabels:
          rack: "7"
      - matchExpressions:
        - key: kubernetes.io/hostname
          operator: In
          values:
          - node-1
          - node-2
      passwordSecret: {}
      peerASN: 4200000001
      peerAddress: 192.0.2.1
      peerPort: 50179
      routerID: 192.0.2.11
      sourceAddress: 192.0.2.11
    status: {}
    """
}
