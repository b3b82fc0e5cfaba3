import {
  AnimationClip,
  AnimationMixer,
  Box3,
  BoxGeometry,
  BufferGeometry,
  CatmullRomCurve3,
  Color,
  Euler,
  Float32BufferAttribute,
  Frustum,
  Group,
  MathUtils,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  NumberKeyframeTrack,
  PerspectiveCamera,
  Plane,
  Quaternion,
  Ray,
  Raycaster,
  Scene,
  Shape,
  ShapeGeometry,
  Sphere,
  SphereGeometry,
  Spherical,
  Triangle,
  Vector2,
  Vector3,
  VectorKeyframeTrack,
} from "three";

const round = (numbers) => Array.from(numbers, (n) => Math.round(n * 1e6) / 1e6 + 0);

export default () => {
  const scene = new Scene();
  const group = new Group();
  group.position.set(1, 2, 3);
  group.rotation.set(0.1, 0.2, 0.3);
  const mesh = new Mesh(new BoxGeometry(1, 2, 3, 2, 2, 2), new MeshBasicMaterial({ color: 0x336699 }));
  mesh.name = "box";
  mesh.scale.setScalar(2);
  group.add(mesh);
  scene.add(group);
  scene.updateMatrixWorld(true);
  const camera = new PerspectiveCamera(60, 16 / 9, 0.1, 100);
  camera.position.set(0, 0, 20);
  camera.lookAt(group.position);
  camera.updateMatrixWorld();
  const caster = new Raycaster();
  caster.setFromCamera(new Vector2(0, 0), camera);
  const hits = caster.intersectObjects(scene.children, true);
  const matrix = new Matrix4().compose(
    new Vector3(1, 2, 3),
    new Quaternion().setFromEuler(new Euler(1, 2, 3, "ZYX")),
    new Vector3(2, 2, 2),
  );
  const position = new Vector3(),
    rotation = new Quaternion(),
    scale = new Vector3();
  matrix.decompose(position, rotation, scale);
  const mixer = new AnimationMixer(mesh);
  mixer
    .clipAction(
      new AnimationClip("move", 2, [
        new VectorKeyframeTrack(".position", [0, 1, 2], [0, 0, 0, 4, 0, 0, 4, 8, 0]),
        new NumberKeyframeTrack(".material.opacity", [0, 2], [1, 0]),
      ]),
    )
    .play();
  mixer.update(1.5);
  const curve = new CatmullRomCurve3([new Vector3(0, 0, 0), new Vector3(1, 2, 0), new Vector3(3, 0, 1)]);
  const shape = new Shape([
    new Vector2(0, 0),
    new Vector2(4, 0),
    new Vector2(4, 4),
    new Vector2(2, 1),
    new Vector2(0, 4),
  ]);
  const geometry = new BufferGeometry().setAttribute(
    "position",
    new Float32BufferAttribute([0, 0, 0, 1, 0, 0, 0, 1, 0], 3),
  );
  geometry.computeVertexNormals();
  const json = scene.toJSON();
  return {
    world: round(mesh.matrixWorld.elements),
    inverse: round(matrix.clone().invert().elements),
    determinant: MathUtils.clamp(matrix.determinant(), 0, 10),
    parts: [round(position), round(rotation), round(scale)],
    hits: hits.map(({ distance, object, faceIndex }) => [round([distance]), object.name, faceIndex]),
    seen: new Frustum()
      .setFromProjectionMatrix(
        new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse),
      )
      .intersectsObject(mesh),
    box: round(new Box3().setFromObject(group).getSize(new Vector3())),
    sphere: round([
      new SphereGeometry(2, 8, 6).attributes.position.count,
      new Sphere(new Vector3(), 2).distanceToPoint(new Vector3(5, 0, 0)),
    ]),
    animated: [round(mesh.position), mesh.material.opacity],
    curve: [round([curve.getLength()]), round(curve.getPointAt(0.4)), round(curve.getTangent(0.7))],
    triangles: [...new ShapeGeometry(shape).index.array],
    normal: round(geometry.attributes.normal.array),
    color: [
      new Color("hsl(200, 50%, 40%)").getHexString(),
      round(new Color(0x336699).lerp(new Color("red"), 0.3).toArray()),
    ],
    ray: round(
      new Ray(new Vector3(0, 5, 0), new Vector3(0, -1, 0)).intersectPlane(
        new Plane(new Vector3(0, 1, 0), 0),
        new Vector3(),
      ),
    ),
    slerp: round(new Quaternion().slerp(rotation, 0.25)),
    spherical: round(new Vector3().setFromSpherical(new Spherical(2, 1, 0.5))),
    area: Triangle.prototype.getArea.call(
      new Triangle(new Vector3(), new Vector3(3, 0, 0), new Vector3(0, 4, 0)),
    ),
    json: [json.metadata.type, json.geometries.length, json.object.children[0].children[0].name],
    power: [MathUtils.ceilPowerOfTwo(100), MathUtils.smoothstep(0.3, 0, 1)],
  };
};
